//! This process among others that share the database.

use std::time::Duration;

use portolan_sync::settings::Period;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// This process among others that share a database on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NodeSettings {
    /// How it is called among them; the name of the machine unless it is said here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How long a mirror that it runs, or a part of its work, waits for it when it is not heard of: from `1s` to `1h`,
    /// and the same for all of them. The work of a node that died waits for so long.
    #[serde(deserialize_with = "lease")]
    pub lease: Period,
}

impl Default for NodeSettings {
    fn default() -> Self {
        Self { name: None, lease: Period::seconds(60) }
    }
}

impl NodeSettings {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

fn lease<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
    let lease = Period::deserialize(deserializer)?;
    let allowed = Duration::from_secs(1)..=Duration::from_hours(1);
    if allowed.contains(&lease.duration()) {
        return Ok(lease);
    }
    Err(D::Error::custom("a lease lasts from `1s` to `1h`"))
}
