//! Descriptors (image-spec, `descriptor.md`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

use crate::bounded::{texts, texts_by_name};
use crate::{Digest, MediaType, Platform};

/// Annotations: names to values, in byte order of the names.
pub type Annotations = BTreeMap<String, String>;

/// Annotation names that Portolan reads or writes.
pub mod annotation {
    /// The tag that an entry of an OCI layout's `index.json` carries (image-spec, "annotations").
    pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
    /// The full reference that containerd and Docker put beside [`REF_NAME`].
    pub const CONTAINERD_IMAGE_NAME: &str = "io.containerd.image.name";
    /// When the image was created (RFC 3339).
    pub const CREATED: &str = "org.opencontainers.image.created";
    /// Ours: what an index was before it was written anew with some of its manifests.
    pub const ORIGINAL_DIGEST: &str = "org.portolan.index.original-digest";
}

/// Points at content: what it is, its digest, how long it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The type of the content.
    #[serde(default, deserialize_with = "null_is_default")]
    pub media_type: MediaType,
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes: at most what the specification's signed 64 bits hold.
    #[serde(deserialize_with = "signed_size")]
    pub size: u64,
    /// Where else it may be had: foreign layers. Followed only where that is allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub urls: Vec<String>,
    /// Free metadata.
    #[serde(default, skip_serializing_if = "Annotations::is_empty", deserialize_with = "texts_by_name")]
    pub annotations: Annotations,
    /// What kind of artifact a manifest holds, in an index or a referrers list.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "empty_is_none")]
    pub artifact_type: Option<MediaType>,
    /// What machine a manifest of an index is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

impl Descriptor {
    /// A descriptor with nothing but the three required fields.
    pub fn new(media_type: MediaType, digest: Digest, size: u64) -> Self {
        Self {
            media_type,
            digest,
            size,
            urls: Vec::new(),
            annotations: Annotations::new(),
            artifact_type: None,
            platform: None,
        }
    }

    /// The descriptor of bytes at hand, by SHA-256.
    pub fn of(media_type: MediaType, content: &[u8]) -> Self {
        Self::new(media_type, Digest::sha256(content), content.len() as u64)
    }

    /// The tag that an OCI layout gives this entry, if it is given one.
    pub fn ref_name(&self) -> Option<&str> {
        self.annotations.get(annotation::REF_NAME).map(String::as_str)
    }
}

/// Go programs write `null` for an empty list or map.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Go programs write `""` for a type that is not given.
pub(crate) fn empty_is_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<MediaType>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?.unwrap_or_default();
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

fn signed_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let size = u64::deserialize(deserializer)?;
    i64::try_from(size)
        .map(|_| size)
        .map_err(|_| D::Error::invalid_value(Unexpected::Unsigned(size), &"a size of at most 63 bits"))
}
