//! A target behind a fence.

use std::sync::Arc;

use async_trait::async_trait;
use portolan_oci::{Descriptor, RawManifest, Tag, TagOrDigest, Verified};

use super::Fence;
use super::current::within;
use crate::{
    Begun, Capabilities, Chunk, Content, Deleted, FreeSpace, Location, MountFrom, PutAs, PutOutcome, Resumed,
    Target, TransportResult, UploadState,
};

/// A target of which nothing is asked, and to which nothing is written, when the right to is over. What is under way
/// by then may still come to its end.
pub struct FencedTarget {
    inner: Arc<dyn Target>,
    fence: Fence,
}

impl FencedTarget {
    /// `target`, behind `fence`.
    pub fn new(target: Arc<dyn Target>, fence: Fence) -> Self {
        Self { inner: target, fence }
    }

    /// Asks the target once the fence is open.
    async fn ask<T>(
        &self,
        what: &str,
        asking: impl Future<Output = TransportResult<T>>,
    ) -> TransportResult<T> {
        self.fence.pass(what).await?;
        within(&self.fence, asking).await
    }
}

#[async_trait]
impl Target for FencedTarget {
    fn location(&self) -> &Location {
        self.inner.location()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn has_blob(&self, blob: &Descriptor) -> TransportResult<bool> {
        self.ask("asking for a blob", self.inner.has_blob(blob)).await
    }

    async fn stat_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<Descriptor>> {
        self.ask("asking for a manifest", self.inner.stat_manifest(reference)).await
    }

    async fn read_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>> {
        self.ask("reading a manifest", self.inner.read_manifest(reference)).await
    }

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        self.ask("listing tags", self.inner.tags()).await
    }

    async fn begin(&self, blob: &Descriptor, mount: &MountFrom) -> TransportResult<Begun> {
        self.ask("beginning an upload", self.inner.begin(blob, mount)).await
    }

    async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed> {
        self.ask("going on with an upload", self.inner.resume(upload)).await
    }

    async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState> {
        self.ask("sending a part of a blob", self.inner.append(upload, chunk)).await
    }

    async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()> {
        self.ask("ending an upload", self.inner.commit(upload, verified)).await
    }

    async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()> {
        self.ask("sending a blob", self.inner.finish(upload, content)).await
    }

    async fn abort(&self, upload: &UploadState) -> TransportResult<()> {
        self.ask("giving an upload up", self.inner.abort(upload)).await
    }

    async fn put_manifest(&self, manifest: &RawManifest, name: &PutAs) -> TransportResult<PutOutcome> {
        self.ask("putting a manifest", self.inner.put_manifest(manifest, name)).await
    }

    async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted> {
        self.ask("deleting", self.inner.delete(reference)).await
    }

    async fn free_space(&self) -> TransportResult<Option<FreeSpace>> {
        self.inner.free_space().await
    }

    async fn close(&self) -> TransportResult<()> {
        self.ask("closing a place", self.inner.close()).await
    }
}
