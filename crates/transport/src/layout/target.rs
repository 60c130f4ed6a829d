//! The layout as a target.

use async_trait::async_trait;
use portolan_oci::{Descriptor, RawManifest, Tag, TagOrDigest, Verified};

use super::put_manifest::{must_be_complete, put_manifest};
use super::{LayoutRepository, delete, uploads};
use crate::{
    Begun, Capabilities, Chunk, Content, Deleted, FreeSpace, Location, MountFrom, PutAs, PutOutcome, Resumed,
    Target, TransportResult, UploadState,
};

#[async_trait]
impl Target for LayoutRepository {
    fn location(&self) -> &Location {
        self.contents.location()
    }

    fn capabilities(&self) -> Capabilities {
        Self::powers()
    }

    async fn has_blob(&self, blob: &Descriptor) -> TransportResult<bool> {
        self.contents.has_blob(blob).await
    }

    async fn stat_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<Descriptor>> {
        Ok(self.contents.find(reference).await?.map(|found| found.descriptor()))
    }

    async fn read_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>> {
        self.contents.find(reference).await
    }

    async fn free_space(&self) -> TransportResult<Option<FreeSpace>> {
        self.room().await.map(Some)
    }

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        self.contents.tags().await
    }

    /// A blob that is there already counts as mounted, whatever was asked for.
    async fn begin(&self, blob: &Descriptor, _mount: &MountFrom) -> TransportResult<Begun> {
        let folder = self.prepare().await?;
        if self.contents.has_blob(blob).await? {
            return Ok(Begun::Mounted);
        }
        uploads::begin(folder, blob).await.map(Begun::Upload)
    }

    async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed> {
        uploads::resume(self.contents.files(), upload).await
    }

    async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState> {
        uploads::append(self.contents.files(), upload, chunk).await
    }

    async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()> {
        uploads::commit(self.contents.files(), upload, verified).await
    }

    async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()> {
        uploads::finish(self.contents.files(), upload, content).await
    }

    async fn abort(&self, upload: &UploadState) -> TransportResult<()> {
        uploads::abort(self.contents.files(), upload).await
    }

    async fn put_manifest(&self, manifest: &RawManifest, name: &PutAs) -> TransportResult<PutOutcome> {
        let folder = self.prepare().await?;
        must_be_complete(folder, self.contents.location(), manifest, name).await?;
        put_manifest(folder, &self.writer, manifest, name).await
    }

    async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted> {
        self.prepare().await?;
        delete::delete(&self.contents, &self.writer, reference).await
    }

    /// Everything is durable already; the folder of uploads goes if nothing is under way.
    async fn close(&self) -> TransportResult<()> {
        let _ = tokio::fs::remove_dir(self.contents.files().uploads()).await;
        Ok(())
    }
}
