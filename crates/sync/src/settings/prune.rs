//! What happens at the targets to what is gone from the source.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, Share};

/// Whether what is gone from the source is deleted at the targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PruneSettings {
    /// Whether anything is deleted.
    pub mode: PruneMode,
    /// How long a tag must be gone before it is deleted.
    #[schemars(extend("default" = "7d"))]
    pub grace: Period,
    /// The largest part of a repository's tags that one run deletes; three may always go, and never all.
    #[schemars(extend("default" = "10%"))]
    pub max: Share,
}

impl Default for PruneSettings {
    fn default() -> Self {
        Self { mode: PruneMode::Off, grace: Period::days(7), max: Share::TENTH }
    }
}

/// Whether what is gone from the source is deleted at the targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PruneMode {
    /// Nothing is deleted.
    #[default]
    Off,
    /// Tags that the mirror brought and no longer takes are deleted.
    FollowSource,
}
