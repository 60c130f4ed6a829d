//! Writing.

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use portolan_catalog::{By, ChangeCause, DeleteManifest, DeleteTag, PutManifest};
use portolan_oci::{Descriptor, RawManifest, Tag, TagOrDigest, Verified};
use portolan_transport::{
    Begun, Capabilities, Chunk, Content, Deleted, FreeSpace, Location, MountFrom, Piece, PutAs, PutOutcome,
    Resumed, Target, TransportError, TransportResult, UploadState,
};
use tokio::sync::oneshot;

use super::OWNER;
use super::source::CAPABILITIES;
use crate::error::Cause;
use crate::{Incoming, Mounted, Proof, Sent, StoreError, StoreRepository, Upload};

#[async_trait]
impl Target for StoreRepository {
    fn location(&self) -> &Location {
        self.place()
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn has_blob(&self, blob: &Descriptor) -> TransportResult<bool> {
        let what = self.what(blob.digest);
        Ok(self.promise_blob(&blob.digest).await.map_err(Self::failed(what))?.is_some())
    }

    async fn stat_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<Descriptor>> {
        let found = StoreRepository::stat_manifest(self, reference).await;
        let found = found.map_err(Self::failed(self.what(reference)))?;
        Ok(found.map(|found| Descriptor::new(found.media_type, found.digest, found.size)))
    }

    async fn read_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>> {
        self.raw_manifest(reference).await
    }

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        Ok(self.all_tags().await?.unwrap_or_default())
    }

    async fn begin(&self, blob: &Descriptor, mount: &MountFrom) -> TransportResult<Begun> {
        let what = self.what(blob.digest);
        let mounted = self.begin_by_mounting(blob, mount).await.map_err(Self::failed(&what))?;
        if mounted == Mounted::Yes {
            return Ok(Begun::Mounted);
        }
        let upload = self.begin_upload(OWNER, Proof::Given).await.map_err(Self::failed(what))?;
        let session = upload.id.to_string();
        Ok(Begun::Upload(UploadState { digest: blob.digest, offset: 0, session, min_chunk: None }))
    }

    async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed> {
        let Ok(session) = self.session(upload) else { return Ok(Resumed::Gone) };
        match self.upload_offset(&session).await {
            Ok(offset) => Ok(Resumed::At(UploadState { offset, ..upload.clone() })),
            Err(StoreError::UploadUnknown) => Ok(Resumed::Gone),
            Err(error) => Err(Self::failed(self.what(upload.digest))(error)),
        }
    }

    async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState> {
        let what = self.what(upload.digest);
        let session = self.session(upload)?;
        let bytes = chunk.into_stream().map(|piece| piece.map_err(Cause::from)).boxed();
        let appended = self.append_upload(&session, Sent { at: Some(upload.offset), bytes }).await;
        Ok(UploadState { offset: appended.map_err(Self::failed(what))?, ..upload.clone() })
    }

    async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()> {
        let session = self.session(upload)?;
        let committed = self.commit_upload(&session, verified).await;
        committed.map_err(Self::failed(self.what(upload.digest)))
    }

    async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()> {
        let what = self.what(upload.digest);
        let session = self.session(upload)?;
        let (bytes, proof) = proven(content);
        let finished = self.finish_proven(&session, Sent { at: Some(upload.offset), bytes }, proof).await;
        finished.map_err(Self::failed(what))
    }

    async fn abort(&self, upload: &UploadState) -> TransportResult<()> {
        let Ok(session) = self.session(upload) else { return Ok(()) };
        match self.cancel_upload(&session).await {
            Ok(()) | Err(StoreError::UploadUnknown) => Ok(()),
            Err(error) => Err(Self::failed(self.what(upload.digest))(error)),
        }
    }

    async fn put_manifest(&self, manifest: &RawManifest, name: &PutAs) -> TransportResult<PutOutcome> {
        let tags = match name {
            PutAs::Digest => Vec::new(),
            PutAs::Tag(tag) => vec![tag.clone()],
        };
        let what = self.what(manifest.digest());
        let put =
            StoreRepository::put_manifest(self, manifest, &tags, &By::new(ChangeCause::Sync, OWNER)).await;
        match put.map_err(Self::failed(&what))? {
            PutManifest::Missing(_) => Err(TransportError::ContentUnknown { what }),
            PutManifest::Stored(_) | PutManifest::Unchanged => Ok(match manifest.parsed().subject() {
                Some(_) => PutOutcome::StoredWithSubject,
                None => PutOutcome::Stored,
            }),
        }
    }

    async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted> {
        let what = self.what(reference);
        let by = By::new(ChangeCause::Delete, OWNER);
        Ok(match reference {
            TagOrDigest::Tag(tag) => match self.delete_tag(tag, &by).await.map_err(Self::failed(what))? {
                DeleteTag::Deleted { .. } => Deleted::Tag,
                DeleteTag::NotThere => Deleted::NotThere,
            },
            TagOrDigest::Digest(digest) => {
                match self.delete_manifest(digest, &by).await.map_err(Self::failed(what))? {
                    DeleteManifest::Deleted { .. } => Deleted::Manifest(*digest),
                    DeleteManifest::NotThere => Deleted::NotThere,
                }
            }
        })
    }

    async fn free_space(&self) -> TransportResult<Option<FreeSpace>> {
        let what = self.what("the free space");
        let room =
            self.store().backend().room().await.map_err(StoreError::from).map_err(Self::failed(what))?;
        Ok(Some(FreeSpace { volume: room.volume, bytes: room.free }))
    }

    /// Everything is durable already.
    async fn close(&self) -> TransportResult<()> {
        Ok(())
    }
}

impl StoreRepository {
    fn session(&self, upload: &UploadState) -> TransportResult<Upload> {
        let lost = |_| TransportError::SessionLost { what: self.what(upload.digest) };
        Ok(Upload { id: upload.session.parse().map_err(lost)?, owner: OWNER.to_owned() })
    }

    /// A blob that the store has anywhere need not be sent: who writes to the store from within may read all of it.
    async fn begin_by_mounting(&self, blob: &Descriptor, mount: &MountFrom) -> Result<Mounted, StoreError> {
        let sources = match mount {
            MountFrom::Nowhere => Vec::new(),
            MountFrom::Repository(from) => vec![from.clone()],
            MountFrom::Anywhere => self.where_blob_is(&blob.digest).await?,
        };
        for from in &sources {
            if self.mount_blob(&blob.digest, from).await? == Mounted::Yes {
                return Ok(Mounted::Yes);
            }
        }
        Ok(Mounted::NotThere)
    }
}

/// The bytes of content, and its proof, which comes with the last of them.
fn proven(content: Content) -> (Incoming, oneshot::Receiver<Verified>) {
    let (sender, proof) = oneshot::channel();
    let mut sender = Some(sender);
    let bytes = content.into_pieces().map(move |piece| match piece {
        Ok(Piece::Data(bytes)) => Ok(bytes),
        Ok(Piece::Last(bytes, verified)) => {
            // Who no longer waits for the proof has given the upload up.
            if let Some(sender) = sender.take() {
                let _ = sender.send(verified);
            }
            Ok::<Bytes, Cause>(bytes)
        }
        Err(error) => Err(error.into()),
    });
    (bytes.boxed(), proof)
}
