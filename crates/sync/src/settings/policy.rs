//! The section `defaults`: what a mirror does with the images it takes.

use portolan_oci::{MediaType, Platform};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::optional_list;
use super::{NameSettings, Pattern, Period, PruneSettings, ReferrerSettings, Schedule, TagSettings};

/// What holds for mirrors that do not say otherwise. A key that a mirror has replaces the one here as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySettings {
    /// Which tags are taken; without rules all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<TagSettings>,
    /// Platforms that are taken, such as `linux/amd64`; an empty list takes all, as none does.
    #[serde(with = "optional_list", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub platforms: Option<Vec<Platform>>,
    /// What becomes of the index of an image of which only some platforms are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "sparse"))]
    pub index: Option<IndexMode>,
    /// Artifact types (or media types of the config) that are taken; without a list all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub artifact_types: Option<Vec<MediaType>>,
    /// Whether signatures, SBOMs and attestations go along.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = true))]
    pub referrers: Option<ReferrerSettings>,
    /// When it is done: five fields as in cron or `@hourly`, `TZ=ZONE` in front. Not beside `every`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// How often it is done, such as `15m`. Not beside `schedule`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Period>,
    /// How much later than its time the daemon may begin, such as `5m`: by how much is drawn for each time, so that what has
    /// the same schedule does not begin at once everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Period>,
    /// What happens at the targets to what is gone from the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prune: Option<PruneSettings>,
    /// Patterns of tags that are not moved at a target once they are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub immutable: Option<Vec<Pattern>>,
    /// Tags that are left as they are at a target once they are there, whatever the source shows. Nothing is asked
    /// about them then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_existing: Option<NameSettings>,
}

/// What becomes of the index of an image of which only some platforms are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IndexMode {
    /// It stays as it is, with its digest; manifests of other platforms are missing.
    #[default]
    Sparse,
    /// It is written anew with what was taken, and gets another digest.
    Rewritten,
}
