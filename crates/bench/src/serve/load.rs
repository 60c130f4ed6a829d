//! What a server is put to.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use portolan_testkit::zoo::Exhibit;
use reqwest::header::{ACCEPT, HeaderValue, LINK};
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;

use super::ServeError;
use super::server::{Encryption, Server};
use crate::lean::MANIFESTS;
use crate::row::Row;

/// Images that are pushed at once, and tags that are set at once, where that is not what is measured.
const FILLING: usize = 16;
/// Connections with HEADs, and with lists of tags.
const HEADS: usize = 64;
const LISTS: usize = 8;

/// A kind of load.
#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    /// So many images at once.
    Push(usize),
    Heads,
    Lists,
    Pulls(Encryption),
}

impl Load {
    /// `None` of rows that put no load on a server.
    pub(super) fn of(row: Row) -> Option<Self> {
        Some(match row {
            Row::ServePush => Self::Push(8),
            Row::ServeHuge => Self::Push(1),
            Row::ServeTiny => Self::Push(16),
            Row::ServeHead => Self::Heads,
            Row::ServeTags => Self::Lists,
            Row::ServePull => Self::Pulls(Encryption::Off),
            Row::ServePullTls => Self::Pulls(Encryption::Tls),
            _ => return None,
        })
    }
}

/// The load of a row with its images.
#[derive(Debug)]
pub(super) struct Work {
    load: Load,
    images: Vec<(String, Exhibit)>,
    /// Names of tags that all are of the first image.
    tags: Vec<String>,
    times: usize,
}

impl Work {
    pub(super) fn new(row: Row, load: Load, scale: f64) -> Self {
        let tags = match load {
            Load::Lists => (0..row.tags(scale)).map(|nth| format!("t{nth:05}")).collect(),
            _ => Vec::new(),
        };
        let times = usize::try_from(row.times(scale)).unwrap_or(usize::MAX);
        Self { load, images: row.images(scale), tags, times }
    }

    /// What the server has to speak.
    pub(super) fn encryption(&self) -> Encryption {
        match self.load {
            Load::Pulls(encryption) => encryption,
            _ => Encryption::Off,
        }
    }

    /// Fills the server with what it is asked for later.
    pub(super) async fn prepare(&self, server: &Server) -> Result<(), ServeError> {
        if matches!(self.load, Load::Push(_)) {
            return Ok(());
        }
        self.push(server, FILLING).await?;
        let client = server.pusher();
        for (repository, image) in self.images.iter().take(1) {
            let put = async |tag: &String| match client.put_manifest(repository, tag, &image.root).await {
                StatusCode::CREATED => Ok(()),
                other => Err(ServeError::Answer(format!("{other} to the PUT of a manifest"))),
            };
            stream::iter(self.tags.iter().map(put)).buffer_unordered(FILLING).try_collect::<()>().await?;
        }
        Ok(())
    }

    /// The work itself.
    pub(super) async fn perform(&self, server: &Server, http: &Client) -> Result<(), ServeError> {
        let base = format!("{}/v2", server.url());
        match self.load {
            Load::Push(at_once) => self.push(server, at_once).await,
            Load::Heads => self.heads(http, &base).await,
            Load::Lists => self.lists(http, &base).await,
            Load::Pulls(_) => self.pulls(http, &base).await,
        }
    }

    async fn push(&self, server: &Server, at_once: usize) -> Result<(), ServeError> {
        let client = server.pusher();
        let push = self.images.iter().map(|(repository, image)| client.try_push(repository, image));
        let pushed = stream::iter(push).buffer_unordered(at_once).try_collect::<()>().await;
        pushed.map_err(ServeError::Refused)
    }

    async fn heads(&self, http: &Client, base: &str) -> Result<(), ServeError> {
        let head = async |(repository, image): &(String, Exhibit)| {
            let tag = image.tags.first().map(String::as_str).unwrap_or_default();
            let url = format!("{base}/{repository}/manifests/{tag}");
            let answer = http.head(url).header(ACCEPT, MANIFESTS).send().await?.error_for_status()?;
            let digest = answer.headers().get("docker-content-digest").map(HeaderValue::as_bytes);
            if digest == Some(image.root.digest.as_bytes()) {
                return Ok(());
            }
            Err(ServeError::Answer("a HEAD with another digest".to_owned()))
        };
        let heads = self.images.iter().cycle().take(self.times).map(head);
        stream::iter(heads).buffer_unordered(HEADS).try_collect().await
    }

    async fn lists(&self, http: &Client, base: &str) -> Result<(), ServeError> {
        let repository = self.images.iter().map(|(repository, _)| repository).next();
        let url = format!("{base}/{}/tags/list?n=10000", repository.map_or("", String::as_str));
        // The image's own tag is there too.
        let expected = self.tags.len() + 1;
        let list = async |_| match tags(http, &url).await? {
            listed if listed == expected => Ok(()),
            listed => Err(ServeError::Answer(format!("a list of {listed} tags"))),
        };
        stream::iter((0..self.times).map(list)).buffer_unordered(LISTS).try_collect().await
    }

    async fn pulls(&self, http: &Client, base: &str) -> Result<(), ServeError> {
        let layers = self.images.iter().flat_map(|(repository, image)| {
            // The config comes first.
            image.root.blobs.iter().skip(1).map(move |layer| (repository, layer))
        });
        for (repository, layer) in layers.cycle().take(self.times) {
            let url = format!("{base}/{repository}/blobs/{}", layer.digest);
            let mut answer = http.get(url).send().await?.error_for_status()?;
            let mut length = 0;
            while let Some(piece) = answer.chunk().await? {
                length += piece.len() as u64;
            }
            if length != layer.size {
                return Err(ServeError::Answer(format!("a blob of {length} bytes")));
            }
        }
        Ok(())
    }
}

/// How many tags a list has, all its pages together.
async fn tags(http: &Client, first: &str) -> Result<usize, ServeError> {
    let mut next = Some(first.to_owned());
    let mut count = 0;
    while let Some(url) = next {
        let answer = http.get(url).send().await?.error_for_status()?;
        let link = answer.headers().get(LINK).and_then(|link| link.to_str().ok());
        next = link.and_then(|link| following(answer.url(), link));
        let page: Option<Value> = serde_json::from_slice(&answer.bytes().await?).ok();
        let page = page.as_ref().and_then(|page| page.get("tags")).and_then(Value::as_array);
        count += page.map_or(0, Vec::len);
    }
    Ok(count)
}

/// The address in `<address>; rel="next"`.
fn following(page: &Url, link: &str) -> Option<String> {
    let (address, _) = link.strip_prefix('<')?.split_once('>')?;
    page.join(address).ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::following;

    #[test]
    fn the_next_page_is_relative_to_the_one_before() {
        let page = "http://127.0.0.1:5000/v2/a/tags/list?n=2".parse().unwrap();
        let next = following(&page, "</v2/a/tags/list?n=2&last=b>; rel=\"next\"");
        assert_eq!(next.as_deref(), Some("http://127.0.0.1:5000/v2/a/tags/list?n=2&last=b"));
        assert_eq!(following(&page, "nonsense"), None);
    }
}
