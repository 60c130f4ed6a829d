//! What nodes share.

use std::fmt;

use portolan_sync::TaskTally;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// How much there is to share, and between how many.
#[derive(Default)]
pub(super) struct Company {
    pub(super) nodes: Gauge,
    pub(super) open: Gauge,
}

impl Company {
    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "Processes that share the database and live; none where it is an SQLite file";
        registry.register("nodes_living", help, self.nodes.clone());
        let help = "Pieces of work of shared runs that no node has";
        registry.register("run_tasks_open", help, self.open.clone());
    }
}

/// Reads what `portolan-sync` counts, each time that somebody looks.
#[derive(Debug)]
pub(super) struct Tasks(pub(super) TaskTally);

impl Collector for Tasks {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let counts = [
            ("run_tasks_claimed", "Pieces of work of shared runs that this node took", self.0.claimed()),
            ("run_tasks_taken_over", "Those among them that a node had which is gone", self.0.taken_over()),
        ];
        for (name, help, count) in counts {
            let series = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(count).encode(series)?;
        }
        Ok(())
    }
}
