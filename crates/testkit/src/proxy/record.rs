//! What the proxy has seen.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct Record {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query without the question mark; empty when there is none.
    pub query: String,
    /// The `Host` header.
    pub host: String,
    /// The whole `Authorization` header.
    pub authorization: Option<String>,
    /// The `Range` header, or of an upload the `Content-Range` header, as sent by the client.
    pub range: Option<String>,
    /// The `Content-Range` header of the answer.
    pub answered_range: Option<String>,
    /// The status sent to the client; `None` while it is not answered, and for ever where it was cut off.
    pub status: Option<StatusCode>,
    /// How many bytes of the request's body have passed.
    pub request_bytes: u64,
    /// How many bytes of the answer's body have passed.
    pub response_bytes: u64,
    /// How many rules fired.
    pub faults: usize,
    /// When the request came in.
    pub started: Instant,
}

impl Record {
    /// `METHOD path` or `METHOD path?query`, for messages and snapshots.
    pub fn line(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, self.query)
    }
}

/// A record while its request is under way.
#[derive(Debug)]
pub(super) struct Entry {
    record: Mutex<Record>,
    pub(super) request_bytes: Arc<AtomicU64>,
    pub(super) response_bytes: Arc<AtomicU64>,
}

impl Entry {
    pub(super) fn new(parts: &Parts) -> Self {
        let record = Record {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            host: text(&parts.headers, "host").unwrap_or_default(),
            authorization: text(&parts.headers, "authorization"),
            range: text(&parts.headers, "range").or_else(|| text(&parts.headers, "content-range")),
            answered_range: None,
            status: None,
            request_bytes: 0,
            response_bytes: 0,
            faults: 0,
            started: Instant::now(),
        };
        Self { record: Mutex::new(record), request_bytes: Arc::default(), response_bytes: Arc::default() }
    }

    pub(super) fn faulted(&self, rules: usize) {
        self.record.lock().expect("no panic under the lock").faults = rules;
    }

    pub(super) fn answered(&self, status: StatusCode, headers: &HeaderMap) {
        let mut record = self.record.lock().expect("no panic under the lock");
        record.status = Some(status);
        record.answered_range = text(headers, "content-range");
    }

    pub(super) fn snapshot(&self) -> Record {
        let mut record = self.record.lock().expect("no panic under the lock").clone();
        record.request_bytes = self.request_bytes.load(Ordering::Relaxed);
        record.response_bytes = self.response_bytes.load(Ordering::Relaxed);
        record
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
