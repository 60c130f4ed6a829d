//! How long history is kept.

use portolan_sync::settings::Period;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long history is kept. The daemon removes what is older once an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Runs of mirrors, with what failed in them and what they deleted: older ones go, and cannot be undone any more. The
    /// last runs of each mirror stay.
    pub runs: Period,
}

impl Default for Retention {
    fn default() -> Self {
        Self { runs: Period::days(90) }
    }
}
