//! Content to write and read, the same in every run.

use bytes::Bytes;
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest, Verified, Verifier};

use super::check::Broken;
use crate::TransportError;

/// A blob with its descriptor.
#[derive(Clone)]
pub(super) struct Blob {
    pub(super) descriptor: Descriptor,
    pub(super) bytes: Bytes,
}

impl Blob {
    /// `len` bytes that look random and differ by `name`.
    pub(super) fn random(name: &str, len: usize) -> Self {
        Self::of(MediaType::OCI_LAYER, noise(name, len))
    }

    pub(super) fn of(media_type: MediaType, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { descriptor: Descriptor::of(media_type, &bytes), bytes }
    }

    pub(super) fn by_sha512(name: &str, len: usize) -> Self {
        let bytes = Bytes::from(noise(name, len));
        let descriptor = Descriptor::new(MediaType::OCI_LAYER, Digest::sha512(&bytes), len as u64);
        Self { descriptor, bytes }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The proof that a target wants at a commit.
    pub(super) fn proof(&self) -> Result<Verified, Broken> {
        Verifier::check(&self.descriptor, &self.bytes)
            .map_err(|cause| TransportError::content("a sample", cause).into())
    }
}

/// A small generator (xorshift), so that content does not compress and needs no dependency.
fn noise(name: &str, len: usize) -> Vec<u8> {
    let seed = Digest::sha256(name.as_bytes());
    let mut state = seed.as_bytes().iter().take(8).fold(1_u64, |sum, byte| sum << 8 | u64::from(*byte)) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// An image: its blobs and its manifest.
#[derive(Clone)]
pub(super) struct Image {
    pub(super) blobs: Vec<Blob>,
    pub(super) manifest: RawManifest,
}

/// The types of an image's parts.
struct Flavour {
    manifest: MediaType,
    config: MediaType,
    layer: MediaType,
}

impl Image {
    /// An OCI image, written with odd white space and with fields that nobody knows.
    pub(super) fn oci(name: &str) -> Result<Self, Broken> {
        Self::with(name, &OCI, "")
    }

    /// A Docker image.
    pub(super) fn docker(name: &str) -> Result<Self, Broken> {
        let layer = "application/vnd.docker.image.rootfs.diff.tar.gzip".parse().unwrap_or_default();
        let flavour =
            Flavour { manifest: MediaType::DOCKER_MANIFEST, config: MediaType::DOCKER_CONFIG, layer };
        Self::with(name, &flavour, "")
    }

    /// An OCI image that refers to `subject`.
    pub(super) fn referring(name: &str, subject: &RawManifest) -> Result<Self, Broken> {
        let subject = serde_json::to_string(&subject.descriptor())?;
        let more = format!(
            r#", "artifactType": "application/vnd.example.{name}", "annotations": {{"org.example.of": "{name}"}}, "subject": {subject}"#
        );
        Self::with(name, &OCI, &more)
    }

    fn with(name: &str, flavour: &Flavour, more: &str) -> Result<Self, Broken> {
        let layer = Blob::of(flavour.layer.clone(), noise(name, 2000));
        let config = format!(
            r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}},"config":{{"Labels":{{"name":"{name}"}}}}}}"#,
            layer.descriptor.digest
        );
        let config = Blob::of(flavour.config.clone(), config);
        let text = format!(
            "{{\n\t\"schemaVersion\" : 2,  \"mediaType\":\"{}\",\n\n  \"config\": {},\t\"layers\":[ {} ],\"org.example.unknown\": {{\"kept\" :[1,  2,null]}}{more}}}\n\n",
            flavour.manifest,
            serde_json::to_string(&config.descriptor)?,
            serde_json::to_string(&layer.descriptor)?,
        );
        Ok(Self { blobs: vec![config, layer], manifest: manifest(text)? })
    }
}

const OCI: Flavour = Flavour {
    manifest: MediaType::OCI_MANIFEST,
    config: MediaType::OCI_CONFIG,
    layer: MediaType::OCI_LAYER_GZIP,
};

/// An index over `children`.
pub(super) fn index(children: &[&RawManifest]) -> Result<RawManifest, Broken> {
    let children: Vec<_> = children.iter().map(|child| child.descriptor()).collect();
    fallback_index(&children)
}

/// An index over `descriptors`.
pub(super) fn fallback_index(descriptors: &[Descriptor]) -> Result<RawManifest, Broken> {
    manifest(format!(
        "{{\"schemaVersion\":2 , \"mediaType\":\"{}\", \"manifests\": {}}}",
        MediaType::OCI_INDEX,
        serde_json::to_string(descriptors)?
    ))
}

pub(super) fn manifest(text: String) -> Result<RawManifest, Broken> {
    RawManifest::new(Bytes::from(text), None)
        .map_err(|cause| TransportError::raw_manifest("a sample", cause).into())
}
