//! An archive of an OCI layout as a target.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use portolan_oci::{Descriptor, RawManifest, Tag, TagOrDigest, Verified};

use super::close::close;
use super::partial::Partial;
use crate::archive::place_file::{UnfinishedFile, must_be_absent};
use crate::layout::{
    Contents, Edit, GatheringWriter, Writing, must_be_complete, must_fit, off_thread, outcome, write_chunk,
    write_to_end,
};
use crate::{
    Begun, Capabilities, Chunk, Content, Deleted, Location, MountFrom, PutAs, PutOutcome, Resumed, Support,
    Target, TransportError, TransportResult, UploadState,
};

/// Writes a tar archive of an OCI layout. Blobs go straight to their place in the file, which gets its name
/// in [`close`](Target::close); members come in the order in which they were begun.
///
/// An upload lives as long as this value: no other process can continue it.
pub struct OciArchiveWriter {
    contents: Contents<Arc<Partial>>,
}

impl OciArchiveWriter {
    /// Begins an archive that will be at `path`.
    ///
    /// # Errors
    /// `Rejected` if there is a file already; `Io` if the folder cannot be written to.
    pub async fn create(path: impl Into<PathBuf>) -> TransportResult<Self> {
        let path = path.into();
        let partial = off_thread("beginning an archive", move || {
            let location = Location::OciArchive(path.clone());
            must_be_absent(&path, &location)?;
            let what = format!("writing {location}");
            let begun = UnfinishedFile::begin(&path).and_then(|file| Partial::new(file, location));
            begun.map_err(|cause| TransportError::io(what, cause))
        })
        .await?;
        Ok(Self { contents: Contents::new(partial.location.clone(), Arc::new(partial)) })
    }

    fn partial(&self) -> &Arc<Partial> {
        self.contents.files()
    }

    /// A writer at the upload's offset, for up to `len` bytes.
    fn writer(&self, upload: &UploadState, len: u64) -> TransportResult<GatheringWriter> {
        let region = self.partial().upload(upload, upload.offset.saturating_add(len))?;
        let position = region.data() + upload.offset;
        let file = Arc::clone(&self.partial().file);
        let what = format!("writing {}", self.partial().location);
        Ok(GatheringWriter::new(Writing { file, held: region.held, what }, position))
    }
}

#[async_trait]
impl Target for OciArchiveWriter {
    fn location(&self) -> &Location {
        self.contents.location()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            referrers_api: Support::Yes,
            mount: Support::No,
            anonymous_mount: Support::Yes,
            resumable_upload: Support::No,
            delete_tag: Support::Yes,
            any_artifact: Support::Yes,
        }
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

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        self.contents.tags().await
    }

    /// A blob that is there already counts as mounted, whatever was asked for.
    async fn begin(&self, blob: &Descriptor, _mount: &MountFrom) -> TransportResult<Begun> {
        if self.contents.has_blob(blob).await? {
            return Ok(Begun::Mounted);
        }
        self.partial().begin(blob).map(Begun::Upload)
    }

    async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed> {
        match self.partial().upload(upload, upload.offset) {
            Ok(_) => Ok(Resumed::At(upload.clone())),
            Err(TransportError::SessionLost { .. }) => Ok(Resumed::Gone),
            Err(error) => Err(error),
        }
    }

    async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState> {
        let mut writer = self.writer(upload, chunk.len())?;
        write_chunk(&mut writer, upload, chunk).await
    }

    async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()> {
        must_fit(upload, verified)?;
        let (partial, upload, proof) = (Arc::clone(self.partial()), upload.clone(), verified.clone());
        off_thread("committing a blob", move || partial.commit(&upload, &proof)).await
    }

    async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()> {
        let mut writer = self.writer(upload, content.remaining())?;
        let proof = match write_to_end(&mut writer, upload, content).await {
            Err(error @ TransportError::Content { .. }) => {
                self.partial().abort(upload);
                return Err(error);
            }
            ended => ended?,
        };
        drop(writer);
        self.commit(&UploadState { offset: proof.size(), ..upload.clone() }, &proof).await
    }

    async fn abort(&self, upload: &UploadState) -> TransportResult<()> {
        self.partial().abort(upload);
        Ok(())
    }

    async fn put_manifest(&self, manifest: &RawManifest, name: &PutAs) -> TransportResult<PutOutcome> {
        must_be_complete(self.partial(), self.contents.location(), manifest, name).await?;
        let (partial, manifest, name) = (Arc::clone(self.partial()), manifest.clone(), name.clone());
        off_thread("writing a manifest", move || {
            partial.place_manifest(manifest.verified(), manifest.bytes())?;
            partial.edit(&Edit::put(&manifest, &name))?;
            Ok(outcome(&manifest))
        })
        .await
    }

    async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted> {
        let (edit, deleted) = match reference {
            TagOrDigest::Tag(tag) => (Edit::Untag(tag.clone()), Deleted::Tag),
            TagOrDigest::Digest(digest) if self.contents.find(reference).await?.is_some() => {
                (Edit::Remove(*digest), Deleted::Manifest(*digest))
            }
            TagOrDigest::Digest(_) => return Ok(Deleted::NotThere),
        };
        let partial = Arc::clone(self.partial());
        let changed = off_thread("deleting", move || partial.edit(&edit)).await?;
        Ok(if changed { deleted } else { Deleted::NotThere })
    }

    async fn close(&self) -> TransportResult<()> {
        close(self.partial()).await
    }
}
