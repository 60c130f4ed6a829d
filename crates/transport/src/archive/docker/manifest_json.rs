//! `manifest.json`, the one file of the format that says what is what.

use serde::{Deserialize, Serialize};

/// One image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Item {
    /// The path of the configuration.
    pub(super) config: String,
    /// Full names with tags.
    #[serde(default)]
    pub(super) repo_tags: Option<Vec<String>>,
    /// The paths of the layers, the lowest first.
    #[serde(default)]
    pub(super) layers: Option<Vec<String>>,
}
