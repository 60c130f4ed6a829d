//! An archive as a source.

use std::path::PathBuf;

use async_trait::async_trait;
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest, Tag, TagOrDigest};

use super::open::Opened;
use super::stored::StoredFiles;
use super::{docker, oci};
use crate::layout::Contents;
use crate::{BlobRead, Capabilities, InArchive, Location, Referrers, Source, Support, TransportResult};

/// An archive to read from.
pub struct Archive {
    contents: Contents<StoredFiles>,
}

impl Archive {
    /// Opens a tar archive of an OCI layout.
    ///
    /// # Errors
    /// `NotFound` if there is no such file; `Rejected` if it is not such an archive.
    pub async fn open_oci(path: impl Into<PathBuf>) -> TransportResult<Self> {
        let path = path.into();
        let archive = Opened::open(Location::OciArchive(path.clone()), &path).await?;
        Ok(Self::over(&archive, oci::read(&archive).await?))
    }

    /// Opens an archive as `docker save` or `podman save` writes it. Its images become Docker manifests over
    /// their configurations and layers as they are: the digests of configurations and of uncompressed layers
    /// are kept, those of the manifests are made here and always the same.
    ///
    /// # Errors
    /// `NotFound` if there is no such file; `Rejected` if it is not such an archive.
    pub async fn open_docker(path: impl Into<PathBuf>) -> TransportResult<Self> {
        Self::open_docker_images(path, InArchive::All).await
    }

    /// The same for some of its images; it is as if the others were not there.
    ///
    /// # Errors
    /// As for all; `Rejected` too if there is no such image.
    pub async fn open_docker_images(path: impl Into<PathBuf>, images: InArchive) -> TransportResult<Self> {
        let path = path.into();
        let archive = Opened::open(Location::DockerArchive(path.clone(), images.clone()), &path).await?;
        Ok(Self::over(&archive, docker::read(&archive, &images).await?))
    }

    fn over(archive: &Opened, files: StoredFiles) -> Self {
        Self { contents: Contents::new(archive.location().clone(), files) }
    }
}

#[async_trait]
impl Source for Archive {
    fn location(&self) -> &Location {
        self.contents.location()
    }

    fn capabilities(&self) -> Capabilities {
        let any = matches!(self.contents.location(), Location::OciArchive(_));
        Capabilities {
            referrers_api: Support::Yes,
            mount: Support::No,
            anonymous_mount: Support::No,
            resumable_upload: Support::No,
            delete_tag: Support::No,
            any_artifact: if any { Support::Yes } else { Support::No },
        }
    }

    async fn resolve(&self, reference: &TagOrDigest) -> TransportResult<Descriptor> {
        Ok(self.contents.manifest(reference).await?.descriptor())
    }

    async fn manifest(&self, reference: &TagOrDigest) -> TransportResult<RawManifest> {
        self.contents.manifest(reference).await
    }

    async fn blob(&self, blob: &Descriptor, offset: u64) -> TransportResult<BlobRead> {
        self.contents.blob(blob, offset).await
    }

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        self.contents.tags().await
    }

    async fn only_image(&self) -> TransportResult<Descriptor> {
        self.contents.only_image().await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
    ) -> TransportResult<Referrers> {
        self.contents.referrers(subject, artifact_type).await
    }
}
