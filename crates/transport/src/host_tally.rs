//! What was asked of hosts, counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Registries that are told apart; who comes later is counted with the others.
const MOST: usize = 256;

/// What stands for token servers, places that registries send us to, and registries beyond the first 256.
const OTHER: &str = "other";

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answered {
    /// An answer between 100 and 199.
    Informational,
    /// An answer between 200 and 299.
    Success,
    /// An answer between 300 and 399.
    Redirection,
    /// An answer between 400 and 499.
    ClientError,
    /// An answer from 500 on.
    ServerError,
    /// None.
    Nothing,
}

impl Answered {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Informational,
        Self::Success,
        Self::Redirection,
        Self::ClientError,
        Self::ServerError,
        Self::Nothing,
    ];

    /// In a word: `2xx`, `none`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Informational => "1xx",
            Self::Success => "2xx",
            Self::Redirection => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
            Self::Nothing => "none",
        }
    }

    /// What this status is.
    pub(crate) fn with(status: u16) -> Self {
        match status {
            0..200 => Self::Informational,
            200..300 => Self::Success,
            300..400 => Self::Redirection,
            400..500 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

/// What was asked of each registry since the program began. Clones count the same.
#[derive(Debug, Clone, Default)]
pub struct HostTally(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    hosts: Mutex<BTreeMap<String, Arc<HostCounts>>>,
    other: Arc<HostCounts>,
}

/// What was asked of one registry.
#[derive(Debug, Default)]
pub(crate) struct HostCounts {
    informational: AtomicU64,
    success: AtomicU64,
    redirection: AtomicU64,
    client_error: AtomicU64,
    server_error: AtomicU64,
    nothing: AtomicU64,
    retries: AtomicU64,
    /// In microseconds.
    waited: AtomicU64,
}

/// What was asked of one registry until now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCount {
    /// The registry as mirrors name it, or `other`.
    pub host: String,
    /// Requests that were sent, by what came of them; those without any are left out.
    pub requests: Vec<(Answered, u64)>,
    /// Requests that were sent once more.
    pub retries: u64,
    /// How long requests had to wait: since too many were under way, since there were too many in a second, or since the
    /// registry wanted to be left alone.
    pub waited: Duration,
}

impl HostTally {
    /// What was counted, by host.
    pub fn counts(&self) -> Vec<HostCount> {
        let hosts = self.0.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let named = hosts.iter().map(|(host, counts)| counts.read(host));
        named.chain([self.0.other.read(OTHER)]).collect()
    }

    /// Where what is asked of a registry is counted.
    pub(crate) fn of(&self, registry: &str) -> Arc<HostCounts> {
        let mut hosts = self.0.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        match hosts.get(registry) {
            Some(counts) => Arc::clone(counts),
            None if hosts.len() >= MOST => self.other(),
            None => Arc::clone(hosts.entry(registry.to_owned()).or_default()),
        }
    }

    /// Where all others are counted.
    pub(crate) fn other(&self) -> Arc<HostCounts> {
        Arc::clone(&self.0.other)
    }
}

impl HostCounts {
    fn of(&self, answered: Answered) -> &AtomicU64 {
        match answered {
            Answered::Informational => &self.informational,
            Answered::Success => &self.success,
            Answered::Redirection => &self.redirection,
            Answered::ClientError => &self.client_error,
            Answered::ServerError => &self.server_error,
            Answered::Nothing => &self.nothing,
        }
    }

    /// One more request was sent, and this came of it.
    pub(crate) fn answered(&self, answered: Answered) {
        self.of(answered).fetch_add(1, Ordering::Relaxed);
    }

    /// A request is sent once more.
    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// A request had to wait.
    pub(crate) fn waited(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.waited.fetch_add(micros, Ordering::Relaxed);
    }

    fn read(&self, host: &str) -> HostCount {
        let requests = Answered::ALL.into_iter().map(|one| (one, self.of(one).load(Ordering::Relaxed)));
        HostCount {
            host: host.to_owned(),
            requests: requests.filter(|(_, count)| *count > 0).collect(),
            retries: self.retries.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.waited.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_beyond_a_number_are_counted_together() {
        let tally = HostTally::default();
        for number in 0..MOST + 2 {
            tally.of(&format!("r{number}.example")).answered(Answered::with(200));
        }
        tally.of("r0.example").answered(Answered::with(503));
        tally.of("r0.example").retried();
        let counts = tally.counts();
        assert_eq!(counts.len(), MOST + 1);
        let first = counts.iter().find(|count| count.host == "r0.example").unwrap();
        let requests = [(Answered::Success, 1), (Answered::ServerError, 1)];
        assert_eq!((first.requests.as_slice(), first.retries), (&requests[..], 1));
        let other = counts.last().unwrap();
        assert_eq!((other.host.as_str(), other.requests.as_slice()), (OTHER, &[(Answered::Success, 2)][..]));
    }
}
