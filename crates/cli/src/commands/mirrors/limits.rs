//! What a plan costs beside bytes: pulls that registries count, and room.

use portolan_oci::Registry;
use portolan_sync::{Plan, Space};
use portolan_transport::{Places, Quota};
use serde::Serialize;

use crate::output::{Bytes, Count, Span};

/// What a plan costs beside bytes.
#[derive(Debug, Default, Serialize)]
pub(super) struct Limits {
    /// Registries from which manifests are read.
    pulls: Vec<Pulls>,
    /// Volumes to which bytes go, as far as they tell how much is free.
    space: Vec<Volume>,
}

#[derive(Debug, Serialize)]
struct Pulls {
    registry: Registry,
    /// What a sync costs.
    pulls: u64,
    /// What the registry grants, if it counts.
    limit: Option<u64>,
    /// What it has left of that.
    remaining: Option<u64>,
    /// Over how many seconds it counts.
    window: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Volume {
    targets: Vec<String>,
    bytes: u64,
    most_bytes: u64,
    free: u64,
}

impl Limits {
    pub(super) async fn of(plan: &Plan, places: &Places) -> Self {
        let pulls = plan.pulls().into_iter().map(|(registry, pulls)| {
            let limits = places.rate_limits(&registry).unwrap_or_default();
            let pulls_of = |quota: &Option<Quota>| quota.as_ref().map(|quota| quota.pulls);
            let window = limits.limit.as_ref().or(limits.remaining.as_ref()).and_then(|quota| quota.window);
            Pulls {
                registry,
                pulls,
                limit: pulls_of(&limits.limit),
                remaining: pulls_of(&limits.remaining),
                window: window.map(|window| window.as_secs()),
            }
        });
        Self { pulls: pulls.collect(), space: plan.space().await.into_iter().map(Volume::from).collect() }
    }

    /// A line for each registry that counts.
    pub(super) fn lines(&self) -> String {
        self.pulls.iter().filter_map(Pulls::line).collect()
    }

    /// What there is not enough of.
    pub(super) fn shortages(&self) -> impl Iterator<Item = String> {
        let pulls = self.pulls.iter().filter_map(|pulls| {
            let remaining = pulls.remaining.filter(|remaining| *remaining < pulls.pulls)?;
            Some(format!(
                "{} has {} left, and this is {}",
                pulls.registry,
                Count(remaining, "pull"),
                pulls.pulls
            ))
        });
        let space = self.space.iter().filter(|volume| volume.free < volume.bytes).map(|volume| {
            let targets = volume.targets.join(", ");
            format!("{} go to {targets}, where {} are free", Bytes(volume.bytes), Bytes(volume.free))
        });
        pulls.chain(space)
    }
}

impl Pulls {
    fn line(&self) -> Option<String> {
        let remaining = self.remaining?;
        let limit = self.limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
        let window = self.window.map(std::time::Duration::from_secs).map(Span);
        let window = window.map(|window| format!(", counted over {window}")).unwrap_or_default();
        Some(format!(
            "{}: {} to do this; {remaining}{limit} left{window}\n",
            self.registry,
            Count(self.pulls, "pull")
        ))
    }
}

impl From<Space> for Volume {
    fn from(space: Space) -> Self {
        Self {
            targets: space.places,
            bytes: space.least_bytes,
            most_bytes: space.most_bytes,
            free: space.free,
        }
    }
}
