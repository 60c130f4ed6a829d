//! What is shown of an image. The names of the fields are those of the JSON output.

use std::collections::BTreeMap;

use portolan_oci::{Annotations, Descriptor, Digest, MediaType};
use serde::Serialize;

/// A manifest with what it names.
#[derive(Debug, Serialize)]
pub(super) struct Inspected {
    pub(super) name: String,
    pub(super) digest: Digest,
    pub(super) media_type: MediaType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<MediaType>,
    pub(super) size: u64,
    /// Bytes of all manifests and blobs below, each counted once.
    pub(super) content: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<Digest>,
    #[serde(flatten)]
    pub(super) parts: Parts,
    pub(super) annotations: Annotations,
    pub(super) referrers: Vec<Referrer>,
}

/// What it names.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Parts {
    Index {
        manifests: Vec<Child>,
    },
    Image {
        #[serde(skip_serializing_if = "Option::is_none")]
        config: Option<Config>,
        layers: Vec<Blob>,
    },
}

/// A manifest of an index.
#[derive(Debug, Serialize)]
pub(super) struct Child {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) platform: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<MediaType>,
    #[serde(flatten)]
    pub(super) blob: Blob,
    /// Bytes of the blobs that it names; `None` if it is an index itself, or is not there.
    pub(super) content: Option<u64>,
    /// Those blobs: manifests may share some.
    #[serde(skip)]
    pub(super) blobs: Vec<(Digest, u64)>,
}

/// Something that has a descriptor.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Blob {
    pub(super) media_type: MediaType,
    pub(super) digest: Digest,
    pub(super) size: u64,
}

/// The configuration of an image, as far as it is one that can be read.
#[derive(Debug, Serialize)]
pub(super) struct Config {
    #[serde(flatten)]
    pub(super) blob: Blob,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) platform: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
}

/// Something that refers to the image.
#[derive(Debug, Serialize)]
pub(super) struct Referrer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<MediaType>,
    #[serde(flatten)]
    pub(super) blob: Blob,
}

impl From<&Descriptor> for Blob {
    fn from(descriptor: &Descriptor) -> Self {
        Self { media_type: descriptor.media_type.clone(), digest: descriptor.digest, size: descriptor.size }
    }
}
