//! The series.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{CatalogError, Nodes, RunOutcome, RunTotals, Runs};
use portolan_oci::with_causes;
use portolan_store::Store;
use portolan_sync::TaskTally;
use portolan_transport::HostTally;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::company::{Company, Tasks};
use super::counted::Counted;
use super::hosts::Hosts;
use super::maybe::MaybeGauge;
use super::mirrors::Mirrors;

/// Seconds of the shortest time that is told apart; 14 doublings of it reach over a minute.
const SHORTEST: f64 = 0.005;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfMirror {
    mirror: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Hooked {
    kind: &'static str,
    outcome: &'static str,
}

/// What became of a configuration that was read anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigRead {
    /// It is in force.
    Taken,
    /// It is wrong, and the one before is in force.
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConfigLabel {
    outcome: &'static str,
}

/// What is counted; clones count the same.
#[derive(Clone)]
pub struct Metrics(Arc<Series>);

struct Series {
    registry: Registry,
    requests: Family<Asked, Counter>,
    durations: Histogram,
    under_way: Gauge,
    uploads: Gauge,
    free: Gauge<u64, AtomicU64>,
    recorded: Gauge<u64, AtomicU64>,
    expires: MaybeGauge,
    mirrors: Mirrors,
    company: Company,
    hooks: Family<Hooked, Counter>,
    lags: Family<OfMirror, Histogram, fn() -> Histogram>,
    config: Family<ConfigLabel, Counter>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::with(HostTally::default(), TaskTally::default())
    }
}

impl Metrics {
    /// With what was asked of these hosts, and what was done for shared runs.
    pub fn with(hosts: HostTally, tasks: TaskTally) -> Self {
        let mut registry = Registry::with_prefix("portolan");
        let requests = Family::default();
        let durations = Histogram::new(exponential_buckets(SHORTEST, 2.0, 14));
        let (under_way, uploads) = (Gauge::default(), Gauge::default());
        let (free, recorded) = (Gauge::default(), Gauge::default());
        let expires = MaybeGauge::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let help = "Time from a request's head to that of its answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, durations.clone());
        registry.register("http_requests_under_way", "Requests being answered", under_way.clone());
        registry.register("store_uploads_open", "Upload sessions open in this process", uploads.clone());
        registry.register_with_unit(
            "store_free",
            "Room left on the store's volume",
            Unit::Bytes,
            free.clone(),
        );
        let help = "Records since the last snapshot of them";
        registry.register_with_unit("store_records", help, Unit::Bytes, recorded.clone());
        let help = "When the certificate that is shown expires, in Unix time";
        registry.register_with_unit("tls_certificate_expires", help, Unit::Seconds, expires.clone());
        let mirrors = Mirrors::default();
        mirrors.register(&mut registry);
        registry.register_collector(Box::new(Hosts(hosts)));
        let company = Company::default();
        company.register(&mut registry);
        registry.register_collector(Box::new(Tasks(tasks)));
        let hooks = Family::default();
        registry.register("hooks", "Webhooks received, by what became of them", hooks.clone());
        let lags: Family<OfMirror, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(exponential_buckets(1.0, 4.0, 10)));
        let help = "Time from the source to a target, at most: since it was told of, or since the source was looked at before";
        registry.register_with_unit("mirror_lag", help, Unit::Seconds, lags.clone());
        let config = Family::default();
        registry.register("config_reads", "New configurations, by what became of them", config.clone());
        Self(Arc::new(Series {
            registry,
            requests,
            durations,
            under_way,
            uploads,
            free,
            recorded,
            expires,
            mirrors,
            company,
            hooks,
            lags,
            config,
        }))
    }
}

impl Metrics {
    /// All of it as text (`application/openmetrics-text`).
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }

    /// A mirror was run, and so it ended.
    pub(crate) fn mirror_ran(&self, mirror: &str, outcome: RunOutcome, totals: &RunTotals) {
        self.0.mirrors.ran(mirror, outcome, totals);
    }

    /// A run of all images of a mirror succeeded.
    pub(crate) fn mirror_succeeded(&self, mirror: &str, ended: Timestamp, took: Duration) {
        self.0.mirrors.succeeded(mirror, ended, took);
    }

    /// A run waits for room until what is given back is dropped.
    pub(crate) fn run_waits(&self) -> Counted {
        Counted::new(&self.0.mirrors.waiting)
    }

    /// A run is under way until what is given back is dropped.
    pub(crate) fn run_begins(&self) -> Counted {
        Counted::new(&self.0.mirrors.under_way)
    }

    /// Looks at how many images mirrors have to see to.
    pub(crate) async fn note_awaited(&self, runs: &Runs) {
        match runs.count_awaited().await {
            Ok(awaited) => {
                self.0.mirrors.awaited.set(i64::try_from(awaited).unwrap_or(i64::MAX));
            }
            Err(error) => tracing::warn!(cause = with_causes(&error), "awaited images cannot be counted"),
        }
    }

    /// The run of a mirror whose process is gone is taken over.
    pub(crate) fn run_taken_over(&self, mirror: &str) {
        self.0.mirrors.taken_over(mirror);
    }

    /// Looks at how much work of shared runs there is, and between how many.
    pub(crate) async fn note_company(&self, nodes: &Nodes, tasks: &portolan_catalog::Tasks) {
        let looked = async {
            let living = nodes.list().await?.iter().filter(|node| node.is_living).count();
            Ok::<_, CatalogError>((living, tasks.count_open().await?))
        };
        match looked.await {
            Ok((living, open)) => {
                self.0.company.nodes.set(i64::try_from(living).unwrap_or(i64::MAX));
                self.0.company.open.set(i64::try_from(open).unwrap_or(i64::MAX));
            }
            Err(error) => {
                tracing::warn!(cause = with_causes(&error), "nodes and their work cannot be counted");
            }
        }
    }

    /// An image of a mirror arrived, so long after its source may have come to show it.
    pub(crate) fn image_arrived(&self, mirror: &str, lag: Duration) {
        self.0.lags.get_or_create(&OfMirror { mirror: mirror.to_owned() }).observe(lag.as_secs_f64());
    }

    /// A webhook came, and this became of it.
    pub(crate) fn hook_came(&self, kind: &'static str, outcome: &'static str) {
        self.0.hooks.get_or_create(&Hooked { kind, outcome }).inc();
    }

    /// The configuration was read anew, and this became of it.
    pub fn config_read(&self, read: ConfigRead) {
        let outcome = match read {
            ConfigRead::Taken => "taken",
            ConfigRead::Refused => "refused",
        };
        self.0.config.get_or_create(&ConfigLabel { outcome }).inc();
    }

    /// Looks at what is not counted as it happens.
    pub(crate) async fn note_store(&self, store: &Store) {
        self.0.uploads.set(i64::try_from(store.open_uploads()).unwrap_or(i64::MAX));
        match store.free_bytes().await {
            Ok(free) => {
                self.0.free.set(free);
            }
            Err(error) => tracing::warn!(%error, "free space cannot be measured"),
        }
        match store.recorded().await {
            Ok(recorded) => {
                self.0.recorded.set(recorded.since_snapshot);
            }
            Err(error) => tracing::warn!(%error, "records cannot be measured"),
        }
    }

    /// Notes until when the certificate that is shown is valid.
    pub(crate) fn note_certificate(&self, expires: Option<Timestamp>) {
        self.0.expires.set(expires.map(Timestamp::as_second));
    }

    pub(super) fn begun(&self) {
        self.0.under_way.inc();
    }

    pub(super) fn ended(&self) {
        self.0.under_way.dec();
    }

    pub(super) fn answered(&self, method: &'static str, status: u16, took: Duration) {
        self.0.requests.get_or_create(&Asked { method, status }).inc();
        self.0.durations.observe(took.as_secs_f64());
    }
}
