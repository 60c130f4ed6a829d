//! Which requests go wrong, how often, and how.

use std::sync::atomic::{AtomicU64, Ordering};

use http::request::Parts;
use http::{HeaderMap, Method};

use super::Answer;

/// What a rule may look at.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query without the question mark.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
}

impl Asked {
    /// Whether it reads (GET or HEAD) a manifest.
    pub fn reads_manifest(&self) -> bool {
        self.reads() && self.path.contains("/manifests/")
    }

    /// Whether it gets a blob.
    pub fn gets_blob(&self) -> bool {
        self.method == Method::GET && self.path.contains("/blobs/sha")
    }

    /// Whether it begins an upload or asks for a mount.
    pub fn begins_upload(&self) -> bool {
        self.method == Method::POST && self.path.ends_with("/blobs/uploads/")
    }

    /// Whether it sends bytes of an upload or ends one (PATCH or PUT).
    pub fn sends_blob(&self) -> bool {
        (self.method == Method::PATCH || self.method == Method::PUT) && self.path.contains("/blobs/uploads/")
    }

    /// Whether it puts a manifest.
    pub fn puts_manifest(&self) -> bool {
        self.method == Method::PUT && self.path.contains("/manifests/")
    }

    fn reads(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }
}

/// What happens to a request that a rule fires on. Bytes are counted in bodies.
#[derive(Debug, Clone)]
pub enum Action {
    /// Passes this many bytes of the request on, then breaks both connections.
    CutRequestAfter(u64),
    /// Passes the request on without its query.
    DropQuery,
    /// Lets the upstream do its work, then breaks the connection to the client instead of answering.
    CutBeforeResponse,
    /// Passes the answer's headers and this many bytes, then breaks the connection.
    CutResponseAfter(u64),
    /// Passes the answer's headers and this many bytes, then nothing more, and the connection stays.
    StallResponseAfter(u64),
    /// Never answers; the upstream is not asked.
    Hang,
    /// Answers this; the upstream is not asked.
    Answer(Answer),
    /// Answers 307 to the same path and query below this address (`http://host:port`).
    RedirectTo(String),
    /// Changes the byte at this place of the answer.
    CorruptResponseAt(u64),
    /// Leaves out this many bytes at the end of the answer; `Content-Length` says so too.
    TruncateResponse(u64),
    /// Puts these bytes at the end of the answer; `Content-Length` says so too.
    ExtendResponse(Vec<u8>),
    /// Makes the answer's `Location` absolute and at this `host:port`.
    RewriteLocation(String),
    /// Sets a header of the answer.
    SetHeader(String, String),
    /// Takes a header out of the answer.
    DropHeader(String),
}

type Matcher = dyn Fn(&Asked) -> bool + Send + Sync;

/// A fault. Unless told otherwise it fires once, on the first request that it matches.
pub struct Rule {
    matcher: Box<Matcher>,
    skip: u64,
    times: u64,
    seen: AtomicU64,
    action: Action,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule")
            .field("action", &self.action)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

impl Rule {
    /// Does `action` to the first request that `matcher` is true for.
    pub fn new(matcher: impl Fn(&Asked) -> bool + Send + Sync + 'static, action: Action) -> Self {
        Self { matcher: Box::new(matcher), skip: 0, times: 1, seen: AtomicU64::new(0), action }
    }

    /// Fires on the first `times` matches.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Fires on every match.
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    /// Lets the first `matches` pass unharmed.
    pub fn after(mut self, matches: u64) -> Self {
        self.skip = matches;
        self
    }

    /// The action, if the rule fires on this request.
    pub(super) fn fire(&self, parts: &Parts) -> Option<Action> {
        let asked = Asked {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.clone(),
        };
        if !(self.matcher)(&asked) {
            return None;
        }
        let seen = self.seen.fetch_add(1, Ordering::Relaxed);
        let fires = seen >= self.skip && seen - self.skip < self.times;
        fires.then(|| self.action.clone())
    }
}
