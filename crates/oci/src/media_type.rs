//! Media types of OCI and Docker content (image-spec, `media-types.md`; Docker "Image Manifest V 2").

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not a media type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a media type (expected `type/subtype`, RFC 6838)")]
pub struct MediaTypeError(String);

/// The type of some content. Any type that is well-formed is carried; the ones with a meaning for a copy
/// have names here.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(Cow<'static, str>);

/// What a manifest's media type makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// One image or artifact: config, layers.
    Image,
    /// A list of manifests.
    Index,
    /// Docker's first schema: not carried by any registry of today.
    Schema1,
    /// Anything else: a config, a layer, an unknown type.
    Other,
}

impl MediaType {
    /// `application/vnd.oci.image.manifest.v1+json`
    pub const OCI_MANIFEST: Self = Self(Cow::Borrowed("application/vnd.oci.image.manifest.v1+json"));
    /// `application/vnd.oci.image.index.v1+json`
    pub const OCI_INDEX: Self = Self(Cow::Borrowed("application/vnd.oci.image.index.v1+json"));
    /// `application/vnd.oci.image.config.v1+json`
    pub const OCI_CONFIG: Self = Self(Cow::Borrowed("application/vnd.oci.image.config.v1+json"));
    /// `application/vnd.oci.image.layer.v1.tar`
    pub const OCI_LAYER: Self = Self(Cow::Borrowed("application/vnd.oci.image.layer.v1.tar"));
    /// `application/vnd.oci.image.layer.v1.tar+gzip`
    pub const OCI_LAYER_GZIP: Self = Self(Cow::Borrowed("application/vnd.oci.image.layer.v1.tar+gzip"));
    /// `application/vnd.oci.image.layer.v1.tar+zstd`
    pub const OCI_LAYER_ZSTD: Self = Self(Cow::Borrowed("application/vnd.oci.image.layer.v1.tar+zstd"));
    /// `application/vnd.oci.empty.v1+json`
    pub const OCI_EMPTY: Self = Self(Cow::Borrowed("application/vnd.oci.empty.v1+json"));
    /// `application/vnd.oci.artifact.manifest.v1+json`: only in the release candidates of image-spec 1.1, with
    /// `blobs` in place of config and layers.
    pub const OCI_ARTIFACT: Self = Self(Cow::Borrowed("application/vnd.oci.artifact.manifest.v1+json"));
    /// `application/vnd.docker.distribution.manifest.v2+json`
    pub const DOCKER_MANIFEST: Self =
        Self(Cow::Borrowed("application/vnd.docker.distribution.manifest.v2+json"));
    /// `application/vnd.docker.distribution.manifest.list.v2+json`
    pub const DOCKER_LIST: Self =
        Self(Cow::Borrowed("application/vnd.docker.distribution.manifest.list.v2+json"));
    /// `application/vnd.docker.container.image.v1+json`
    pub const DOCKER_CONFIG: Self = Self(Cow::Borrowed("application/vnd.docker.container.image.v1+json"));
    /// `application/vnd.docker.image.rootfs.diff.tar.gzip`
    pub const DOCKER_LAYER: Self = Self(Cow::Borrowed("application/vnd.docker.image.rootfs.diff.tar.gzip"));
    /// `application/vnd.docker.image.rootfs.diff.tar`: as it lies in a `docker save` archive
    pub const DOCKER_LAYER_TAR: Self = Self(Cow::Borrowed("application/vnd.docker.image.rootfs.diff.tar"));
    /// `application/vnd.docker.image.rootfs.diff.tar.zstd`
    pub const DOCKER_LAYER_ZSTD: Self =
        Self(Cow::Borrowed("application/vnd.docker.image.rootfs.diff.tar.zstd"));
    /// `application/octet-stream`: what a descriptor without a type is taken for.
    pub const OCTET_STREAM: Self = Self(Cow::Borrowed("application/octet-stream"));

    /// The manifest types to ask a registry for, the usual ones first.
    pub const MANIFESTS: [Self; 4] =
        [Self::OCI_INDEX, Self::OCI_MANIFEST, Self::DOCKER_LIST, Self::DOCKER_MANIFEST];

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a manifest of this type is.
    pub fn kind(&self) -> MediaKind {
        match self.as_str() {
            "application/vnd.oci.image.manifest.v1+json"
            | "application/vnd.docker.distribution.manifest.v2+json"
            | "application/vnd.oci.artifact.manifest.v1+json" => MediaKind::Image,
            "application/vnd.oci.image.index.v1+json"
            | "application/vnd.docker.distribution.manifest.list.v2+json" => MediaKind::Index,
            "application/vnd.docker.distribution.manifest.v1+json"
            | "application/vnd.docker.distribution.manifest.v1+prettyjws" => MediaKind::Schema1,
            _ => MediaKind::Other,
        }
    }

    /// Whether content of this type is a manifest or an index.
    pub fn is_manifest(&self) -> bool {
        matches!(self.kind(), MediaKind::Image | MediaKind::Index)
    }

    /// Whether a layer of this type may not be redistributed, so that it lies at its `urls` and not
    /// necessarily in the registry (image-spec, "Non-distributable Layers"; Docker "foreign").
    pub fn is_foreign(&self) -> bool {
        self.as_str().starts_with("application/vnd.oci.image.layer.nondistributable.v1.")
            || self.as_str() == "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    }
}

impl Default for MediaType {
    fn default() -> Self {
        Self::OCTET_STREAM
    }
}

impl FromStr for MediaType {
    type Err = MediaTypeError;

    /// Parses a media type; parameters (`; charset=utf-8`) are dropped, as the specification compares
    /// without them.
    fn from_str(text: &str) -> Result<Self, MediaTypeError> {
        let bare = text.split(';').next().unwrap_or_default().trim();
        let bad = || MediaTypeError(text.to_owned());
        let (kind, subtype) = bare.split_once('/').ok_or_else(bad)?;
        if !is_restricted_name(kind) || !is_restricted_name(subtype) {
            return Err(bad());
        }
        Ok(Self(Cow::Owned(bare.to_owned())))
    }
}

/// RFC 6838, section 4.2.
fn is_restricted_name(name: &str) -> bool {
    name.len() <= 127
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for MediaType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MediaType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        text.parse().map_err(D::Error::custom)
    }
}
