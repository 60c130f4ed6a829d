//! A repository as a target. Only the registry itself is asked and written to, never a mirror.

use async_trait::async_trait;
use portolan_oci::{Descriptor, RawManifest, Tag, TagOrDigest, Verified};

use super::RegistryRepository;
use crate::{
    Begun, Capabilities, Chunk, Content, Deleted, Location, MountFrom, PutAs, PutOutcome, Resumed, Target,
    TransportError, TransportResult, UploadState,
};

#[async_trait]
impl Target for RegistryRepository {
    fn location(&self) -> &Location {
        self.place()
    }

    fn capabilities(&self) -> Capabilities {
        self.origin().client.learnt.capabilities()
    }

    async fn has_blob(&self, blob: &Descriptor) -> TransportResult<bool> {
        self.origin().has_blob(&blob.digest).await
    }

    async fn stat_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<Descriptor>> {
        if_there(self.origin().resolve(reference).await)
    }

    async fn read_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>> {
        if_there(self.origin().manifest(reference).await)
    }

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        Ok(if_there(self.origin().tags().await)?.unwrap_or_default())
    }

    async fn begin(&self, blob: &Descriptor, mount: &MountFrom) -> TransportResult<Begun> {
        self.origin().begin(&blob.digest, mount).await
    }

    async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed> {
        self.origin().resume(upload).await
    }

    async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState> {
        self.origin().append(upload, chunk).await
    }

    async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()> {
        self.origin().commit(upload, verified).await
    }

    async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()> {
        self.origin().finish(upload, content).await
    }

    async fn abort(&self, upload: &UploadState) -> TransportResult<()> {
        self.origin().abort(upload).await
    }

    async fn put_manifest(&self, manifest: &RawManifest, name: &PutAs) -> TransportResult<PutOutcome> {
        self.origin().put_manifest(manifest, name).await
    }

    async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted> {
        self.origin().delete(reference).await
    }

    async fn close(&self) -> TransportResult<()> {
        Ok(())
    }
}

fn if_there<T>(found: TransportResult<T>) -> TransportResult<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(TransportError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
