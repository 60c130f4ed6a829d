//! The proxy's listener and what its connections share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::link::Upstream;
use super::pace::Pace;
use super::record::Entry;
use super::serve::Session;
use super::watched::Watched;
use super::{Action, Record, Rule, Tally};
use crate::listener::Listener;
use crate::registry::Registry;

/// A running proxy; dropping it breaks its connections.
#[derive(Debug)]
pub struct Proxy {
    host: String,
    shared: Arc<Shared>,
    /// Held for its drop.
    _listener: Listener,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) upstream: Upstream,
    /// The rate of request bodies.
    pub(super) up: Arc<Pace>,
    /// The rate of the answers' bodies.
    pub(super) down: Arc<Pace>,
    gathers: AtomicBool,
    delay: Mutex<Duration>,
    rules: Mutex<Vec<Rule>>,
    entries: Mutex<Vec<Arc<Entry>>>,
    /// How many requests are under way, and how many were at most.
    crowd: Mutex<(usize, usize)>,
}

/// A request that is under way, until this is dropped.
pub(super) struct UnderWay<'a>(&'a Shared);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.crowd.lock().expect("no panic under the lock").0 -= 1;
    }
}

impl Proxy {
    /// A proxy in front of `http://host:port`, or of `https://host:port` with any certificate.
    pub async fn start(upstream: &str) -> Self {
        let shared = Arc::new(Shared {
            upstream: Upstream::parse(upstream),
            up: Arc::default(),
            down: Arc::default(),
            gathers: AtomicBool::new(false),
            delay: Mutex::default(),
            rules: Mutex::default(),
            entries: Mutex::default(),
            crowd: Mutex::default(),
        });
        let each = Arc::clone(&shared);
        let listener = Listener::start(move |stream| connection(stream, Arc::clone(&each)));
        Self { host: listener.address().to_string(), shared, _listener: listener }
    }

    /// A proxy in front of a registry.
    pub async fn before(registry: &Registry) -> Self {
        Self::start(&registry.url()).await
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    /// `host/repository:tag`.
    pub fn reference(&self, repository: &str, tag: &str) -> String {
        format!("{}/{repository}:{tag}", self.host)
    }

    /// All requests since the start or the last [`Proxy::clear`], in the order in which they came in.
    pub fn records(&self) -> Vec<Record> {
        let entries = self.shared.entries.lock().expect("no panic under the lock");
        entries.iter().map(|entry| entry.snapshot()).collect()
    }

    /// How many requests there have been since the start or the last [`Proxy::clear`].
    pub fn requests(&self) -> usize {
        self.shared.entries.lock().expect("no panic under the lock").len()
    }

    /// How many requests were under way at once at most, each until its answer began.
    pub fn most_at_once(&self) -> usize {
        self.shared.crowd.lock().expect("no panic under the lock").1
    }

    /// How many of the records `matcher` is true for.
    pub fn count(&self, matcher: impl Fn(&Record) -> bool) -> usize {
        self.records().iter().filter(|record| matcher(record)).count()
    }

    /// The records by kind.
    pub fn tally(&self) -> Tally {
        Tally::of(&self.records())
    }

    /// Forgets the records.
    pub fn clear(&self) {
        self.shared.entries.lock().expect("no panic under the lock").clear();
    }

    /// Adds a fault. All rules that match a request fire, in the order in which they were added.
    pub fn fault(&self, rule: Rule) {
        self.shared.rules.lock().expect("no panic under the lock").push(rule);
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        self.shared.rules.lock().expect("no panic under the lock").clear();
    }

    /// Waits so long before each request is passed on, as if the line were so much longer: requests of
    /// different connections do not wait for each other.
    pub fn set_delay(&self, delay: Duration) {
        *self.shared.delay.lock().expect("no panic under the lock") = delay;
    }

    /// From now on passes a request on only when all of its body is here, as nginx does unless told otherwise:
    /// of a client that breaks off in the middle the upstream sees nothing.
    pub fn gather_requests(&self) {
        self.shared.gathers.store(true, Ordering::Relaxed);
    }

    /// Lets at most so many bytes a second of all request bodies pass; `None` is no limit.
    pub fn set_upload_rate(&self, bytes_per_second: Option<u64>) {
        self.shared.up.set(bytes_per_second);
    }

    /// Lets at most so many bytes a second of all answers' bodies pass; `None` is no limit.
    pub fn set_download_rate(&self, bytes_per_second: Option<u64>) {
        self.shared.down.set(bytes_per_second);
    }
}

impl Shared {
    pub(super) fn record(&self, parts: &Parts) -> Arc<Entry> {
        let entry = Arc::new(Entry::new(parts));
        self.entries.lock().expect("no panic under the lock").push(Arc::clone(&entry));
        entry
    }

    pub(super) fn enter(&self) -> UnderWay<'_> {
        let mut crowd = self.crowd.lock().expect("no panic under the lock");
        crowd.0 += 1;
        crowd.1 = crowd.1.max(crowd.0);
        UnderWay(self)
    }

    pub(super) fn gathers(&self) -> bool {
        self.gathers.load(Ordering::Relaxed)
    }

    pub(super) fn delay(&self) -> Duration {
        *self.delay.lock().expect("no panic under the lock")
    }

    pub(super) fn fire(&self, parts: &Parts) -> Vec<Action> {
        let rules = self.rules.lock().expect("no panic under the lock");
        rules.iter().filter_map(|rule| rule.fire(parts)).collect()
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let (stream, flushes) = Watched::new(stream);
    let session = Arc::new(Session::new(shared, flushes));
    let service = service_fn(move |request| {
        let session = Arc::clone(&session);
        async move { session.serve(request).await }
    });
    // A broken connection is what the proxy is for; the records say what happened.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
