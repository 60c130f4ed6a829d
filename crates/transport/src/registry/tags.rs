//! All tags of a repository (distribution-spec, "Listing Tags").

use http::{Method, StatusCode, header};
use portolan_oci::Tag;
use serde::Deserialize;
use url::Url;

use super::answer::Answer;
use super::ask::{Ask, To};
use super::headers::next_link;
use super::holder::Holder;
use crate::TransportResult;

/// How many tags are asked for at once; registries may give fewer, and some give all.
const PAGE: usize = 1000;
const LONGEST_PAGE: usize = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct TagList {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Holder {
    pub(super) async fn tags(&self) -> TransportResult<Vec<Tag>> {
        let what = format!("the tags of {}", self.location);
        let mut ask = Ask::new(Method::GET, format!("tags/list?n={PAGE}"), self.pull(), what.clone());
        let mut tags = Vec::new();
        loop {
            let answer = self.ask(ask).await?;
            if answer.status != StatusCode::OK {
                return Err(answer.refused().await);
            }
            let next = self.next_page(&answer)?;
            let page: TagList = answer.json(LONGEST_PAGE).await?;
            let page = page.tags.unwrap_or_default();
            let was_empty = page.is_empty();
            for tag in page {
                match tag.parse() {
                    Ok(tag) => tags.push(tag),
                    // It could not be asked for.
                    Err(_) => tracing::warn!(place = %self.location, tag, "a tag that is none is left out"),
                }
            }
            match next {
                Some(url) if !was_empty => {
                    ask = Ask::new(Method::GET, "", self.pull(), what.clone());
                    ask.to = To::Url(url);
                }
                _ => return Ok(tags),
            }
        }
    }

    /// Where the list goes on: at the same host only, and not where we are.
    pub(super) fn next_page(&self, answer: &Answer) -> TransportResult<Option<Url>> {
        let Some(link) = answer.text(header::LINK).and_then(next_link) else { return Ok(None) };
        let url = self.client.follow(&answer.url, link, &answer.about.what)?;
        if !self.client.authority.owns(&url) {
            return Err(answer.broken("the list goes on at another host"));
        }
        if url == answer.url {
            return Err(answer.broken("the list goes on where it began"));
        }
        Ok(Some(url))
    }
}
