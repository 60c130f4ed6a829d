//! A manifest as it was received: the bytes are the truth.

use std::sync::Arc;

use bytes::Bytes;

use crate::{Descriptor, Digest, Manifest, ManifestError, MediaType, Verified, Verifier, VerifyError};

/// The largest manifest that is read: what the distribution specification asks every registry to take.
pub const MAX_MANIFEST_BYTES: usize = 4 * 1024 * 1024;

/// A manifest: its bytes as received, their digest, and the parsed form for reading.
///
/// There is no way to change one and no way to write one from its parsed form, so digests are preserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawManifest {
    bytes: Bytes,
    media_type: MediaType,
    verified: Verified,
    /// Shared among clones: it can be larger than the bytes.
    parsed: Arc<Manifest>,
}

/// Why a manifest was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum RawManifestError {
    /// The bytes are not what was asked for.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The bytes are not a manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl RawManifest {
    /// Accepts `bytes` that were asked for by `digest` and served as `media_type`.
    ///
    /// # Errors
    /// If the bytes have another digest or are not a manifest.
    pub fn with_digest(
        bytes: Bytes,
        media_type: Option<&MediaType>,
        digest: Digest,
    ) -> Result<Self, RawManifestError> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLarge(bytes.len()).into());
        }
        let mut verifier = Verifier::of_digest(digest);
        verifier.update(&bytes)?;
        let verified = verifier.finish()?;
        let (parsed, media_type) = Manifest::parse(&bytes, media_type)?;
        Ok(Self { bytes, media_type, verified, parsed: Arc::new(parsed) })
    }

    /// Accepts `bytes` that were asked for by tag: their SHA-256 is their digest.
    ///
    /// # Errors
    /// If the bytes are not a manifest.
    pub fn new(bytes: Bytes, media_type: Option<&MediaType>) -> Result<Self, RawManifestError> {
        let digest = Digest::sha256(&bytes);
        Self::with_digest(bytes, media_type, digest)
    }

    /// The bytes as received.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What it is.
    pub fn media_type(&self) -> &MediaType {
        &self.media_type
    }

    /// Its digest.
    pub fn digest(&self) -> &Digest {
        self.verified.digest()
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.verified.size()
    }

    /// The proof that the bytes have the digest.
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// The parsed form.
    pub fn parsed(&self) -> &Manifest {
        &self.parsed
    }

    /// A descriptor with nothing but type, digest and size.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::new(self.media_type.clone(), *self.digest(), self.size())
    }

    /// The descriptor under which this manifest stands in the referrers list of its subject: with artifact
    /// type and annotations (distribution-spec, "Listing Referrers").
    pub fn referrer_descriptor(&self) -> Descriptor {
        Descriptor {
            artifact_type: self.parsed.artifact_type().cloned(),
            annotations: self.parsed.annotations().clone(),
            ..self.descriptor()
        }
    }
}
