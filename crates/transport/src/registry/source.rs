//! A repository as a source. Manifests and blobs may come from mirrors; lists come from the registry itself
//! (or what stands in for it as a whole), as a mirror need not have all.

use async_trait::async_trait;
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest, Tag, TagOrDigest};

use super::RegistryRepository;
use crate::{BlobRead, Capabilities, Location, Referrers, Source, Support, TransportResult};

#[async_trait]
impl Source for RegistryRepository {
    fn location(&self) -> &Location {
        self.place()
    }

    fn capabilities(&self) -> Capabilities {
        self.lister().client.learnt.capabilities()
    }

    async fn resolve(&self, reference: &TagOrDigest) -> TransportResult<Descriptor> {
        self.resolve_anywhere(reference).await
    }

    async fn manifest(&self, reference: &TagOrDigest) -> TransportResult<RawManifest> {
        self.read_manifest_anywhere(reference).await
    }

    async fn blob(&self, blob: &Descriptor, offset: u64) -> TransportResult<BlobRead> {
        self.read_blob(blob, offset).await
    }

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        self.lister().tags().await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
    ) -> TransportResult<Referrers> {
        self.lister().referrers(subject, artifact_type).await
    }

    async fn listed_referrers(&self, subject: &Digest) -> TransportResult<Option<Vec<Descriptor>>> {
        self.lister().listed_referrers(subject).await
    }

    fn assume_referrers_api(&self, support: Support) {
        self.lister().client.assume_referrers_api(support);
    }
}
