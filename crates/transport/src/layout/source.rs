//! The layout as a source.

use async_trait::async_trait;
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest, Tag, TagOrDigest};

use super::LayoutRepository;
use crate::{BlobRead, Capabilities, Location, Referrers, Source, TransportResult};

#[async_trait]
impl Source for LayoutRepository {
    fn location(&self) -> &Location {
        self.contents.location()
    }

    fn capabilities(&self) -> Capabilities {
        Self::powers()
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
