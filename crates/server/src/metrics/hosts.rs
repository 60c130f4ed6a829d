//! What was asked of other registries.

use std::fmt;

use portolan_transport::{HostCount, HostTally};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::registry::Unit;

/// Reads what `portolan-transport` counts, each time that somebody looks.
#[derive(Debug)]
pub(super) struct Hosts(pub(super) HostTally);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfHost {
    host: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequests {
    host: String,
    status: &'static str,
}

impl Collector for Hosts {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let counts = self.0.counts();
        let (name, help) = ("host_requests", "Requests sent to registries, by what came of them");
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for HostCount { host, requests, .. } in &counts {
            for (answered, count) in requests {
                let labels = OfRequests { host: host.clone(), status: answered.word() };
                ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
            }
        }
        let (name, help) = ("host_retries", "Requests sent to registries once more");
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for HostCount { host, retries, .. } in &counts {
            ConstCounter::new(*retries).encode(family.encode_family(&OfHost { host: host.clone() })?)?;
        }
        let (name, help) = ("host_waited", "How long requests had to wait for limits of registries");
        let unit = Some(&Unit::Seconds);
        let mut family = encoder.encode_descriptor(name, help, unit, MetricType::Counter)?;
        for HostCount { host, waited, .. } in &counts {
            let labels = OfHost { host: host.clone() };
            ConstCounter::new(waited.as_secs_f64()).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}
