//! Image configurations (image-spec, `config.md`), as far as a copy or a person wants to know them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::bounded::texts_by_name;
use crate::descriptor::null_is_default;
use crate::{Digest, Platform};

/// What an image's configuration says. Fields that are not named here stay in the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ImageConfig {
    /// When the image was made (RFC 3339), as written.
    #[serde(default)]
    pub created: Option<String>,
    /// What machine it runs on.
    #[serde(flatten)]
    pub platform: Platform,
    /// Digests of the uncompressed layers.
    pub rootfs: RootFs,
    /// How it is run.
    #[serde(default, deserialize_with = "null_is_default")]
    pub config: Execution,
}

/// The layers of an image before compression.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RootFs {
    /// Digests of the uncompressed tar archives, the lowest first.
    #[serde(default, deserialize_with = "null_is_default")]
    pub diff_ids: Vec<Digest>,
}

/// The execution parameters that are shown to people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Execution {
    /// Labels.
    #[serde(default, deserialize_with = "texts_by_name")]
    pub labels: BTreeMap<String, String>,
}

impl ImageConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    /// If it is not JSON or lacks a required field.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}
