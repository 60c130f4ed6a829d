//! A registry in memory: as much of one as a mirror of whole images needs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use portolan_testkit::zoo::Exhibit;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Tags of a page, where the client does not say how many it wants.
const PAGE: usize = 1_000;

/// A running one; dropping it closes its port.
pub(crate) struct Server {
    host: String,
    held: Arc<Held>,
    /// Held for its drop.
    _task: JoinSet<()>,
}

#[derive(Default)]
struct Held {
    requests: AtomicUsize,
    content: Mutex<Content>,
}

#[derive(Default)]
struct Content {
    /// By repository, then by name: the digests.
    tags: BTreeMap<String, BTreeMap<String, String>>,
    manifests: HashMap<String, (String, Bytes)>,
    blobs: HashMap<String, Bytes>,
    /// What was put or mounted where.
    links: HashSet<(String, String)>,
}

type Answer = Response<Full<Bytes>>;

impl Server {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let host = listener.local_addr()?.to_string();
        let held = Arc::new(Held::default());
        let mut task = JoinSet::new();
        task.spawn(accept(listener, Arc::clone(&held)));
        Ok(Self { host, held, _task: task })
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// How many requests have come in.
    pub(super) fn requests(&self) -> usize {
        self.held.requests.load(Ordering::Relaxed)
    }

    /// The tags of a repository with the digests that they name.
    pub(super) fn tags(&self, repository: &str) -> BTreeMap<String, String> {
        self.held.with(|content| content.tags.get(repository).cloned().unwrap_or_default())
    }

    /// Shows so many tags, which name these images in turn.
    pub(crate) fn show(&self, repository: &str, tags: u64, images: &[Exhibit]) {
        self.held.with(|content| {
            for image in images {
                let root = &image.root;
                content.manifests.insert(root.digest.clone(), (root.media_type.clone(), root.bytes.clone()));
                for blob in &root.blobs {
                    content.blobs.insert(blob.digest.clone(), blob.bytes());
                    content.links.insert((repository.to_owned(), blob.digest.clone()));
                }
            }
            let names = (0..tags).map(|nth| format!("t{nth:05}"));
            let digests = images.iter().cycle().map(|image| image.root.digest.clone());
            content.tags.insert(repository.to_owned(), names.zip(digests).collect());
        });
    }

    /// Lists so many tags of which none can be read.
    pub(crate) fn promise(&self, repository: &str, tags: u64) {
        let names = (0..tags).map(|nth| (format!("t{nth:05}"), String::new()));
        self.held.with(|content| content.tags.insert(repository.to_owned(), names.collect()));
    }
}

impl Held {
    fn with<T>(&self, use_it: impl FnOnce(&mut Content) -> T) -> T {
        use_it(&mut self.content.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Ends only when it is dropped, and then its connections with it.
async fn accept(listener: TcpListener, held: Arc<Held>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // Only a hint; without it small answers are slow.
        _ = stream.set_nodelay(true);
        let held = Arc::clone(&held);
        connections.spawn(async move {
            let service = service_fn(|request| answer(request, &held));
            // What the client breaks off is its own affair.
            _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(request: Request<Incoming>, held: &Held) -> Result<Answer, hyper::Error> {
    held.requests.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let media_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().to_owned();
    let body = body.collect().await?.to_bytes();
    let answer = held.with(|content| {
        if path == "/v2/_catalog" {
            return Some(content.catalog());
        }
        if path == "/v2/" {
            return Some(status(StatusCode::OK, None));
        }
        let (repository, kind, name) = split(path)?;
        match (&parts.method, kind) {
            (&Method::GET, "tags") => content.list(repository, query),
            (&Method::GET | &Method::HEAD, "manifests") => content.manifest(repository, name),
            (&Method::PUT, "manifests") => Some(content.put_manifest(repository, name, (media_type, body))),
            (&Method::POST, "blobs") => Some(content.begin(repository, query)),
            (&Method::PUT, "blobs") => content.put_blob(repository, query, body),
            (&Method::GET | &Method::HEAD, "blobs") => content.blob(repository, name),
            _ => None,
        }
    });
    Ok(answer.unwrap_or_else(|| status(StatusCode::NOT_FOUND, None)))
}

/// Repository, kind, and the rest of `/v2/REPOSITORY/KIND/REST`.
fn split(path: &str) -> Option<(&str, &str, &str)> {
    let path = path.strip_prefix("/v2/")?;
    ["tags", "manifests", "blobs"].into_iter().find_map(|kind| {
        let (repository, rest) = path.split_once(&format!("/{kind}/"))?;
        Some((repository, kind, rest))
    })
}

/// The value of a parameter.
fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(key, _)| *key == name)?;
    Some(value.replace("%3A", ":").replace("%2F", "/"))
}

impl Content {
    fn catalog(&self) -> Answer {
        let names: Vec<&String> = self.tags.keys().collect();
        json(&serde_json::json!({"repositories": names}), None)
    }

    fn list(&self, repository: &str, query: &str) -> Option<Answer> {
        let tags = self.tags.get(repository)?;
        let size = parameter(query, "n").and_then(|n| n.parse().ok()).unwrap_or(PAGE).min(PAGE);
        let last = parameter(query, "last");
        let after = last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = tags.range::<String, _>((after, Bound::Unbounded)).map(|(name, _)| name);
        let page: Vec<&String> = rest.by_ref().take(size).collect();
        let next = match (page.last(), rest.next()) {
            (Some(last), Some(_)) => {
                Some(format!("</v2/{repository}/tags/list?n={size}&last={last}>; rel=\"next\""))
            }
            _ => None,
        };
        Some(json(&serde_json::json!({"name": repository, "tags": page}), next.as_deref()))
    }

    fn manifest(&self, repository: &str, name: &str) -> Option<Answer> {
        let digest = if name.contains(':') { name } else { self.tags.get(repository)?.get(name)? };
        let (media_type, bytes) = self.manifests.get(digest)?;
        Some(found(digest, media_type, bytes.clone()))
    }

    fn put_manifest(&mut self, repository: &str, name: &str, (media_type, body): (String, Bytes)) -> Answer {
        let digest = format!("sha256:{}", hex::encode(Sha256::digest(&body)));
        self.manifests.insert(digest.clone(), (media_type, body));
        let tags = self.tags.entry(repository.to_owned()).or_default();
        if !name.contains(':') {
            tags.insert(name.to_owned(), digest.clone());
        }
        status(StatusCode::CREATED, Some(("docker-content-digest", &digest)))
    }

    /// Mounts what another repository has; else an upload begins, of which nothing is kept but its address.
    fn begin(&mut self, repository: &str, query: &str) -> Answer {
        let mount = parameter(query, "mount").zip(parameter(query, "from"));
        if let Some((digest, from)) = mount
            && self.links.contains(&(from, digest.clone()))
        {
            let location = format!("/v2/{repository}/blobs/{digest}");
            self.links.insert((repository.to_owned(), digest));
            return status(StatusCode::CREATED, Some(("location", &location)));
        }
        let location = format!("/v2/{repository}/blobs/uploads/one");
        status(StatusCode::ACCEPTED, Some(("location", &location)))
    }

    fn put_blob(&mut self, repository: &str, query: &str, body: Bytes) -> Option<Answer> {
        let digest = parameter(query, "digest")?;
        let location = format!("/v2/{repository}/blobs/{digest}");
        self.links.insert((repository.to_owned(), digest.clone()));
        self.blobs.insert(digest, body);
        Some(status(StatusCode::CREATED, Some(("location", &location))))
    }

    fn blob(&self, repository: &str, digest: &str) -> Option<Answer> {
        let is_here = self.links.contains(&(repository.to_owned(), digest.to_owned()));
        let bytes = self.blobs.get(digest).filter(|_| is_here)?;
        Some(found(digest, "application/octet-stream", bytes.clone()))
    }
}

fn status(code: StatusCode, header: Option<(&'static str, &str)>) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = code;
    if let Some((name, value)) = header {
        insert(&mut answer, name, value);
    }
    answer
}

fn json(value: &serde_json::Value, link: Option<&str>) -> Answer {
    let mut answer = Response::new(Full::new(value.to_string().into()));
    insert(&mut answer, "content-type", "application/json");
    if let Some(link) = link {
        insert(&mut answer, "link", link);
    }
    answer
}

/// The server leaves the body out where only the head was asked for, and says its length all the same.
fn found(digest: &str, media_type: &str, bytes: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(bytes));
    insert(&mut answer, "content-type", media_type);
    insert(&mut answer, "docker-content-digest", digest);
    answer
}

/// A value that is none is left out: the client will miss it.
fn insert(answer: &mut Answer, name: &'static str, value: &str) {
    if let Ok(value) = value.parse() {
        answer.headers_mut().insert(name, value);
    }
}
