//! Manifests with what they name.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Blob, media};
use crate::digest;

/// A manifest or index, its exact bytes, and everything below it.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The bytes that the digest is of.
    pub bytes: Bytes,
    /// The media type to push it with.
    pub media_type: String,
    /// The SHA-256 digest of the bytes.
    pub digest: String,
    /// The manifests that an index names, in its order.
    pub children: Vec<Tree>,
    /// Config and layers, in the manifest's order; one named twice is here twice.
    pub blobs: Vec<Blob>,
}

impl Tree {
    /// A manifest of these bytes.
    pub fn new(media_type: &str, bytes: impl Into<Bytes>, blobs: Vec<Blob>) -> Self {
        let bytes = bytes.into();
        let digest = digest::sha256(&bytes);
        Self { bytes, media_type: media_type.to_owned(), digest, children: Vec::new(), blobs }
    }

    /// An index of these bytes.
    pub fn index(media_type: &str, bytes: impl Into<Bytes>, children: Vec<Self>) -> Self {
        Self { children, ..Self::new(media_type, bytes, Vec::new()) }
    }

    /// The descriptor of this manifest.
    pub fn descriptor(&self) -> Value {
        json!({"mediaType": self.media_type, "digest": self.digest, "size": self.bytes.len()})
    }

    /// The manifest as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("a manifest is JSON")
    }

    /// The same with a `platform` in its descriptor.
    pub(crate) fn descriptor_for(&self, platform: &str) -> Value {
        let mut parts = platform.split('/');
        let mut value = json!({"os": parts.next(), "architecture": parts.next()});
        if let Some(variant) = parts.next() {
            value["variant"] = json!(variant);
        }
        let mut descriptor = self.descriptor();
        descriptor["platform"] = value;
        descriptor
    }

    /// Every manifest of the tree with its blobs, children before parents, this one last.
    pub fn bottom_up(&self) -> Vec<(&Self, &[Blob])> {
        let mut all: Vec<_> = self.children.iter().flat_map(Self::bottom_up).collect();
        all.push((self, &self.blobs));
        all
    }

    /// The digest's part after `sha256:`.
    pub fn hex(&self) -> &str {
        self.digest.split_once(':').map_or("", |(_, hex)| hex)
    }
}

/// An OCI manifest of this config and these layers, with more fields from `extra`.
pub fn manifest_of(config: Blob, layers: Vec<Blob>, extra: &Value) -> Tree {
    let mut value = json!({
        "schemaVersion": 2,
        "mediaType": media::OCI_MANIFEST,
        "config": config.descriptor(),
        "layers": layers.iter().map(Blob::descriptor).collect::<Vec<_>>(),
    });
    merge(&mut value, extra);
    let blobs = std::iter::once(config).chain(layers).collect();
    Tree::new(media::OCI_MANIFEST, value.to_string(), blobs)
}

/// An index of these media types over children given with their platforms (`os/architecture[/variant]`).
pub fn index_of(media_type: &str, children: Vec<(Tree, &str)>) -> Tree {
    let descriptors: Vec<_> = children
        .iter()
        .map(
            |(tree, platform)| {
                if platform.is_empty() { tree.descriptor() } else { tree.descriptor_for(platform) }
            },
        )
        .collect();
    let value = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": descriptors});
    Tree::index(media_type, value.to_string(), children.into_iter().map(|(tree, _)| tree).collect())
}

fn merge(value: &mut Value, extra: &Value) {
    for (key, field) in extra.as_object().into_iter().flatten() {
        value[key] = field.clone();
    }
}
