//! What a run of a mirror would do, and what it would cost.

use portolan_oci::with_causes;
use portolan_sync::{Action, Cost, Plan, PlannedImage, PlannedTarget, PruneReport, Space};
use portolan_transport::{Places, Quota};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pruned::PrunedData;

/// What a run would do, and what it would cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Plan)]
pub struct PlanData {
    /// The whole.
    pub totals: PlanTotals,
    /// Images with which something would be done, and those that are no longer wanted.
    pub images: Vec<PlanLine>,
    /// What it costs beside bytes.
    #[serde(flatten)]
    #[schema(inline)]
    pub limits: PlanLimits,
    /// Why nothing is deleted where all would be, and what of deleting could not be planned.
    pub warnings: Vec<String>,
}

/// What would be done with an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PlanLine {
    /// It is wanted.
    Wanted(PlannedData),
    /// It no longer is.
    Unwanted(PrunedData),
}

/// A plan in numbers. Images are counted once for each of their targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanTotals {
    /// Images that are wanted.
    pub images: u64,
    /// Images that would be brought.
    pub copy: u64,
    /// Images that are there.
    pub skip: u64,
    /// Tags that would be deleted.
    pub delete: u64,
    /// Images of which it cannot be said.
    pub failed: u64,
    /// Images that are of none of the artifact types that are taken.
    pub left_out: u64,
    /// Manifests that would be sent.
    pub manifests: u64,
    /// Blobs that would be sent.
    pub blobs: u64,
    /// Blobs that would be mounted.
    pub mounts: u64,
    /// Bytes that would be sent if every mount is granted.
    pub bytes: u64,
    /// Bytes that would be sent if none is.
    pub most_bytes: u64,
}

/// What would be done with an image that is wanted, at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PlannedImage)]
pub struct PlannedData {
    /// The image.
    pub source: String,
    /// Where it goes.
    pub target: String,
    /// What it is, if that is known.
    #[schema(required)]
    pub digest: Option<String>,
    /// The index that it was, if it is written anew.
    #[schema(required)]
    pub original: Option<String>,
    /// What would be done.
    pub action: PlanWord,
    /// What has the name now, if that is another image.
    #[schema(required)]
    pub from: Option<String>,
    /// Bytes that would be sent if every mount is granted.
    pub bytes: u64,
    /// Bytes that would be sent if none is.
    pub most_bytes: u64,
    /// Why it cannot be said.
    #[schema(required)]
    pub error: Option<String>,
}

/// What would be done with an image that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PlanAction)]
pub enum PlanWord {
    /// Nothing: it is there.
    Skip,
    /// It is brought.
    Add,
    /// Its name is given to it, which another image has.
    Move,
    /// What belongs to it is brought.
    Complete,
    /// That cannot be said.
    Fail,
}

/// What a plan costs beside bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanLimits {
    /// Registries from which manifests are read.
    pub pulls: Vec<PullsData>,
    /// Volumes to which bytes go, as far as they tell how much is free.
    pub space: Vec<VolumeData>,
}

/// Pulls that a registry counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Pulls)]
pub struct PullsData {
    /// The registry.
    pub registry: String,
    /// What a run costs.
    pub pulls: u64,
    /// What the registry grants, if it counts.
    #[schema(required)]
    pub limit: Option<u64>,
    /// What it has left of that.
    #[schema(required)]
    pub remaining: Option<u64>,
    /// Over how many seconds it counts.
    #[schema(required)]
    pub window: Option<u64>,
}

/// Room that bytes need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Volume)]
pub struct VolumeData {
    /// The targets on it.
    pub targets: Vec<String>,
    /// Bytes that will be needed.
    pub bytes: u64,
    /// Bytes that are needed if no mount is granted.
    pub most_bytes: u64,
    /// Bytes that are free.
    pub free: u64,
}

impl PlanWord {
    fn of(action: &Action) -> Self {
        match action {
            Action::Skip => Self::Skip,
            Action::Add => Self::Add,
            Action::Move { .. } => Self::Move,
            Action::Complete => Self::Complete,
            Action::Fail(_) => Self::Fail,
        }
    }

    /// Whether something is brought.
    pub fn is_copy(self) -> bool {
        matches!(self, Self::Add | Self::Move | Self::Complete)
    }
}

impl PlannedData {
    /// All of a plan.
    pub fn all(plan: &Plan) -> impl Iterator<Item = Self> {
        plan.images().iter().flat_map(|image| image.targets().iter().map(|target| Self::of(image, target)))
    }

    fn of(image: &PlannedImage, target: &PlannedTarget) -> Self {
        Self {
            source: image.source(),
            target: target.shown.clone(),
            digest: image.digest().map(|digest| digest.to_string()),
            original: image.original().map(|digest| digest.to_string()),
            action: PlanWord::of(&target.action),
            from: match &target.action {
                Action::Move { from } => Some(from.to_string()),
                _ => None,
            },
            bytes: target.cost.least_bytes,
            most_bytes: target.cost.most_bytes,
            error: target.failure().map(|cause| with_causes(cause)),
        }
    }
}

impl PlanTotals {
    /// Those of a plan.
    pub fn of<'a>(plan: &Plan, prunes: impl IntoIterator<Item = &'a PruneReport>, left_out: u64) -> Self {
        let Cost { manifests, blobs, mounts, least_bytes, most_bytes } = plan.cost();
        let (bytes, delete) = (least_bytes, prunes.into_iter().map(|prune| prune.deleted() as u64).sum());
        let mut totals =
            Self { delete, left_out, manifests, blobs, mounts, bytes, most_bytes, ..Self::default() };
        for target in plan.images().iter().flat_map(PlannedImage::targets) {
            totals.images += 1;
            match PlanWord::of(&target.action) {
                PlanWord::Skip => totals.skip += 1,
                PlanWord::Add | PlanWord::Move | PlanWord::Complete => totals.copy += 1,
                PlanWord::Fail => totals.failed += 1,
            }
        }
        totals
    }
}

impl PlanLimits {
    /// Those of a plan.
    pub async fn of(plan: &Plan, places: &Places) -> Self {
        let pulls = plan.pulls().into_iter().map(|(registry, pulls)| {
            let limits = places.rate_limits(&registry).unwrap_or_default();
            let pulls_of = |quota: &Option<Quota>| quota.as_ref().map(|quota| quota.pulls);
            let window = limits.limit.as_ref().or(limits.remaining.as_ref()).and_then(|quota| quota.window);
            PullsData {
                registry: registry.to_string(),
                pulls,
                limit: pulls_of(&limits.limit),
                remaining: pulls_of(&limits.remaining),
                window: window.map(|window| window.as_secs()),
            }
        });
        Self { pulls: pulls.collect(), space: plan.space().await.into_iter().map(VolumeData::from).collect() }
    }
}

impl From<Space> for VolumeData {
    fn from(space: Space) -> Self {
        Self {
            targets: space.places,
            bytes: space.least_bytes,
            most_bytes: space.most_bytes,
            free: space.free,
        }
    }
}
