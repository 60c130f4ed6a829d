//! What mirrors did.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{RunOutcome, RunTotals};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfMirror {
    mirror: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    mirror: String,
    outcome: &'static str,
}

/// What mirrors did. Mirrors are those of the configuration: nobody else makes series of them.
#[derive(Default)]
pub(super) struct Mirrors {
    runs: Family<OfOutcome, Counter>,
    images: Family<OfOutcome, Counter>,
    blobs: Family<OfOutcome, Counter>,
    bytes: Family<OfMirror, Counter>,
    succeeded: Family<OfMirror, Gauge>,
    took: Family<OfMirror, Gauge<f64, AtomicU64>>,
    taken_over: Family<OfMirror, Counter>,
    pub(super) waiting: Gauge,
    pub(super) under_way: Gauge,
    pub(super) awaited: Gauge,
}

impl Mirrors {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("mirror_runs", "Runs of mirrors that this daemon began", self.runs.clone());
        let help = "Runs that this daemon took over from a process that is gone";
        registry.register("mirror_runs_taken_over", help, self.taken_over.clone());
        let help = "Images that runs dealt with, by what became of them, once for each target";
        registry.register("mirror_images", help, self.images.clone());
        let help = "Blobs that runs brought, sent or taken from another repository of the target";
        registry.register("mirror_blobs", help, self.blobs.clone());
        let help = "Bytes of blobs that runs sent";
        registry.register_with_unit("mirror_sent", help, Unit::Bytes, self.bytes.clone());
        let help = "When a run of all images that succeeded ended last, in Unix time";
        registry.register_with_unit(
            "mirror_last_success_timestamp",
            help,
            Unit::Seconds,
            self.succeeded.clone(),
        );
        let help = "How long that run took";
        registry.register_with_unit("mirror_last_success_duration", help, Unit::Seconds, self.took.clone());
        let help = "Runs of mirrors that wait for room";
        registry.register("mirror_runs_waiting", help, self.waiting.clone());
        registry.register("mirror_runs_under_way", "Runs of mirrors under way", self.under_way.clone());
        let help = "Images that mirrors were told of and have not seen to";
        registry.register("hooks_images_awaited", help, self.awaited.clone());
    }

    pub(super) fn ran(&self, mirror: &str, outcome: RunOutcome, totals: &RunTotals) {
        let of = |outcome| OfOutcome { mirror: mirror.to_owned(), outcome };
        self.runs.get_or_create(&of(outcome.name())).inc();
        let images = [
            ("copied", totals.copied),
            ("skipped", totals.skipped),
            ("failed", totals.failed),
            ("deleted", totals.deleted),
        ];
        for (what, count) in images {
            self.images.get_or_create(&of(what)).inc_by(count);
        }
        for (what, count) in [("sent", totals.blobs), ("mounted", totals.mounted)] {
            self.blobs.get_or_create(&of(what)).inc_by(count);
        }
        self.bytes.get_or_create(&OfMirror { mirror: mirror.to_owned() }).inc_by(totals.bytes);
    }

    pub(super) fn taken_over(&self, mirror: &str) {
        self.taken_over.get_or_create(&OfMirror { mirror: mirror.to_owned() }).inc();
    }

    pub(super) fn succeeded(&self, mirror: &str, ended: Timestamp, took: Duration) {
        let mirror = OfMirror { mirror: mirror.to_owned() };
        if self.succeeded.get_or_create(&mirror).get() <= ended.as_second() {
            self.succeeded.get_or_create(&mirror).set(ended.as_second());
            self.took.get_or_create(&mirror).set(took.as_secs_f64());
        }
    }
}
