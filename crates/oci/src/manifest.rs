//! Manifests and indexes (image-spec, `manifest.md`, `image-index.md`; Docker schema 2), parsed for reading.

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};

use crate::bounded::texts_by_name;
use crate::descriptor::{empty_is_none, null_is_default};
use crate::{Annotations, Descriptor, MediaKind, MediaType};

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, or a required field is missing or malformed.
    #[error("manifest is malformed")]
    Json(#[from] serde_json::Error),
    /// Larger than any registry must take.
    #[error("manifest of {0} bytes is over the limit of {limit} bytes", limit = crate::MAX_MANIFEST_BYTES)]
    TooLarge(usize),
    /// The type inside differs from the type it was served as.
    #[error("manifest says it is {inside}, but came as {outside}")]
    TypeMismatch {
        /// `mediaType` of the document.
        inside: MediaType,
        /// `Content-Type` of the answer, or the descriptor's type.
        outside: MediaType,
    },
    /// Docker's first schema, which has no digest of its own layers' order and is refused by registries of
    /// today.
    #[error(
        "manifest is of Docker's schema 1, which no current registry takes; push the image again with a current Docker"
    )]
    Schema1,
    /// A schema that is not specified yet.
    #[error("manifest is of schema version {0}, which is not known (known: 2)")]
    UnknownVersion(u32),
    /// A type that is not known to be a manifest.
    #[error("{0} is not a manifest type")]
    UnknownType(MediaType),
    /// Both `manifests` and `layers` or `config`, or the ones of the other type: two readings of one document
    /// (image-spec, CVE-2021-41190).
    #[error("manifest has fields of an image and of an index at once")]
    Ambiguous,
}

/// A parsed manifest.
#[expect(clippy::large_enum_variant, reason = "most are images, and few are at hand at once")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manifest {
    /// One image or artifact.
    Image(ImageManifest),
    /// A list of manifests.
    Index(Index),
}

/// One image or artifact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageManifest {
    /// The type, if the document says it.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub media_type: Option<MediaType>,
    /// What kind of artifact this is.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub artifact_type: Option<MediaType>,
    /// The configuration. Absent in artifact manifests of the release candidates only.
    #[serde(default)]
    pub config: Option<Descriptor>,
    /// The layers, the lowest first; the `blobs` of an artifact manifest.
    #[serde(default, deserialize_with = "null_is_default")]
    pub layers: Vec<Descriptor>,
    /// What this refers to: the image that a signature or an SBOM is for.
    #[serde(default)]
    pub subject: Option<Descriptor>,
    /// Free metadata.
    #[serde(default, deserialize_with = "texts_by_name")]
    pub annotations: Annotations,
}

/// A list of manifests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The type, if the document says it.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub media_type: Option<MediaType>,
    /// What kind of artifact this is.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub artifact_type: Option<MediaType>,
    /// The manifests.
    #[serde(default, deserialize_with = "null_is_default")]
    pub manifests: Vec<Descriptor>,
    /// What this refers to.
    #[serde(default)]
    pub subject: Option<Descriptor>,
    /// Free metadata.
    #[serde(default, deserialize_with = "texts_by_name")]
    pub annotations: Annotations,
}

/// The artifact manifest of the release candidates of image-spec 1.1.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactManifest {
    #[serde(default, deserialize_with = "empty_is_none")]
    media_type: Option<MediaType>,
    #[serde(default, deserialize_with = "empty_is_none")]
    artifact_type: Option<MediaType>,
    #[serde(default, deserialize_with = "null_is_default")]
    blobs: Vec<Descriptor>,
    #[serde(default)]
    subject: Option<Descriptor>,
    #[serde(default, deserialize_with = "texts_by_name")]
    annotations: Annotations,
}

impl From<ArtifactManifest> for ImageManifest {
    fn from(artifact: ArtifactManifest) -> Self {
        let ArtifactManifest { media_type, artifact_type, blobs, subject, annotations } = artifact;
        Self { media_type, artifact_type, config: None, layers: blobs, subject, annotations }
    }
}

/// The fields by which a document shows what it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    #[serde(default)]
    schema_version: Option<u32>,
    #[serde(default, deserialize_with = "empty_is_none")]
    media_type: Option<MediaType>,
    #[serde(default)]
    manifests: Field,
    #[serde(default)]
    layers: Field,
    #[serde(default)]
    config: Field,
    #[serde(default)]
    fs_layers: Field,
}

/// How a field stands in a document.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Field {
    #[default]
    Absent,
    /// Go's way to write an empty list.
    Null,
    Given,
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<IgnoredAny>::deserialize(deserializer)?;
        Ok(value.map_or(Self::Null, |_| Self::Given))
    }
}

impl Manifest {
    /// Parses `bytes`, which were served as `outside` (if that is known), and says what type they are.
    ///
    /// # Errors
    /// See [`ManifestError`].
    pub fn parse(bytes: &[u8], outside: Option<&MediaType>) -> Result<(Self, MediaType), ManifestError> {
        // An array would be taken for the fields in their order.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(serde_json::Error::custom("not a JSON object").into());
        }
        let shape: Shape = serde_json::from_slice(bytes)?;
        let media_type = shape.media_type(outside)?;
        let manifest = match media_type.kind() {
            MediaKind::Image => Self::Image(ImageManifest::parse(bytes, &media_type)?),
            MediaKind::Index => Self::Index(serde_json::from_slice(bytes)?),
            MediaKind::Schema1 => return Err(ManifestError::Schema1),
            MediaKind::Other => return Err(ManifestError::UnknownType(media_type)),
        };
        Ok((manifest, media_type))
    }

    /// What this refers to, if anything.
    pub fn subject(&self) -> Option<&Descriptor> {
        match self {
            Self::Image(image) => image.subject.as_ref(),
            Self::Index(index) => index.subject.as_ref(),
        }
    }

    /// The manifests below this one.
    pub fn children(&self) -> &[Descriptor] {
        match self {
            Self::Image(_) => &[],
            Self::Index(index) => &index.manifests,
        }
    }

    /// The blobs that this manifest names: configuration first, then layers. A blob that is named twice
    /// comes twice.
    pub fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        let image = match self {
            Self::Image(image) => Some(image),
            Self::Index(_) => None,
        };
        image.into_iter().flat_map(|image| image.config.iter().chain(&image.layers))
    }

    /// Free metadata.
    pub fn annotations(&self) -> &Annotations {
        match self {
            Self::Image(image) => &image.annotations,
            Self::Index(index) => &index.annotations,
        }
    }

    /// The artifact type as a referrers list shows it: the manifest's own, else the configuration's type
    /// (distribution-spec, "Listing Referrers").
    pub fn artifact_type(&self) -> Option<&MediaType> {
        match self {
            Self::Image(image) => {
                image.artifact_type.as_ref().or(image.config.as_ref().map(|config| &config.media_type))
            }
            Self::Index(index) => index.artifact_type.as_ref(),
        }
    }
}

impl ImageManifest {
    fn parse(bytes: &[u8], media_type: &MediaType) -> Result<Self, serde_json::Error> {
        if *media_type == MediaType::OCI_ARTIFACT {
            return Ok(serde_json::from_slice::<ArtifactManifest>(bytes)?.into());
        }
        let image: Self = serde_json::from_slice(bytes)?;
        if image.config.is_none() {
            return Err(serde_json::Error::missing_field("config"));
        }
        Ok(image)
    }
}

impl Shape {
    fn media_type(&self, outside: Option<&MediaType>) -> Result<MediaType, ManifestError> {
        if self.schema_version == Some(1) || self.fs_layers == Field::Given {
            return Err(ManifestError::Schema1);
        }
        if let Some(version) = self.schema_version.filter(|version| *version != 2) {
            return Err(ManifestError::UnknownVersion(version));
        }
        let outside = outside.filter(|outside| outside.kind() != MediaKind::Other);
        let media_type = match (&self.media_type, outside) {
            (Some(inside), Some(outside)) if inside != outside => {
                return Err(ManifestError::TypeMismatch { inside: inside.clone(), outside: outside.clone() });
            }
            (Some(known), _) | (None, Some(known)) => known.clone(),
            (None, None) if self.manifests != Field::Absent => MediaType::OCI_INDEX,
            (None, None) => MediaType::OCI_MANIFEST,
        };
        if self.contradicts(&media_type) { Err(ManifestError::Ambiguous) } else { Ok(media_type) }
    }

    /// Whether a reader that goes by the fields would not see what the type says.
    fn contradicts(&self, media_type: &MediaType) -> bool {
        match media_type.kind() {
            MediaKind::Image => self.manifests == Field::Given,
            MediaKind::Index => self.layers == Field::Given || self.config == Field::Given,
            MediaKind::Schema1 | MediaKind::Other => false,
        }
    }
}
