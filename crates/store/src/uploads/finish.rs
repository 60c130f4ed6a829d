//! Ending an upload: what has come becomes a blob.

use std::sync::Arc;

use portolan_oci::{Digest, Verified, with_causes};
use tokio::sync::oneshot;

use super::begin::Upload;
use super::gather::Sent;
use super::keep::keep;
use super::open::Open;
use super::receive::{receive, to_its_end, turn};
use super::session::{Saved, Session};
use crate::{Store, StoreError, StoreRepository, StoreResult};

/// What proves the content.
enum Claim {
    /// Its digest, to be compared with what came.
    Digest(Digest),
    /// The proof itself.
    Proven(Verified),
    /// The proof, which comes with the last bytes.
    Coming(oneshot::Receiver<Verified>),
}

impl StoreRepository {
    /// Takes in the last bytes of an upload, and makes it a blob of this repository if all of it has this digest.
    /// Returns its size. That is durable.
    ///
    /// # Errors
    /// As [`append_upload`](Self::append_upload); [`StoreError::Content`] if the content has another digest: then
    /// the upload is gone.
    pub async fn finish_upload(&self, upload: &Upload, last: Sent, digest: &Digest) -> StoreResult<u64> {
        self.take_last(upload, last, Claim::Digest(*digest)).await
    }

    /// The same by the proof of who sends it, which is there when the last bytes are.
    pub(crate) async fn finish_proven(
        &self,
        upload: &Upload,
        last: Sent,
        proof: oneshot::Receiver<Verified>,
    ) -> StoreResult<()> {
        self.take_last(upload, last, Claim::Coming(proof)).await?;
        Ok(())
    }

    async fn take_last(&self, upload: &Upload, last: Sent, claim: Claim) -> StoreResult<u64> {
        self.store().takes_content().await?;
        let open = self.open_upload(upload).await?;
        let store = self.store().clone();
        to_its_end(async move {
            let mut session = turn(&open, last.at).await?;
            receive(&store, &open, &mut session, last.bytes).await?;
            end(&store, &open, &mut session, claim).await
        })
        .await
    }

    /// Makes an upload a blob of this repository, by the proof of who has sent it. That is durable.
    ///
    /// # Errors
    /// [`StoreError::OutOfOrder`] if another number of bytes has come than was proven;
    /// [`StoreError::UploadUnknown`]; if the catalogue or the storage fails.
    pub async fn commit_upload(&self, upload: &Upload, verified: &Verified) -> StoreResult<()> {
        let open = self.open_upload(upload).await?;
        let (store, verified) = (self.store().clone(), verified.clone());
        to_its_end(async move {
            let mut session = turn(&open, Some(verified.size())).await?;
            end(&store, &open, &mut session, Claim::Proven(verified)).await
        })
        .await?;
        Ok(())
    }
}

async fn end(store: &Store, open: &Arc<Open>, session: &mut Session, claim: Claim) -> StoreResult<u64> {
    let state = session.finish(store, open.id).await?;
    let verified = match claim {
        Claim::Proven(verified) => verified,
        Claim::Coming(proof) => proof.await.map_err(|_| StoreError::Closing)?,
        Claim::Digest(digest) => match session.prove(store, open.id, &state, &digest).await {
            Ok(verified) => verified,
            Err(error @ StoreError::Content(_)) => {
                session.end();
                forget(store, open, session.saved()).await?;
                return Err(error);
            }
            Err(error) => return Err(error),
        },
    };
    // A proof of other bytes than those that came is none.
    if verified.size() != session.offset() {
        return Err(StoreError::OutOfOrder { offset: session.offset() });
    }
    let row = match session.saved() {
        Saved::Nothing => None,
        Saved::UpTo(_) => Some(open.id),
    };
    keep(store, open, &state, &verified, row).await?;
    session.end();
    store.uploads().remove(open.id);
    // The blob is there: what cannot be removed now, a collection removes.
    if let Err(error) = store.backend().discard(&open.id).await {
        tracing::warn!(cause = with_causes(&error), "the bytes of an ended upload stay for now");
    }
    Ok(verified.size())
}

/// Removes all there is of an upload.
pub(super) async fn forget(store: &Store, open: &Open, saved: Saved) -> StoreResult<()> {
    store.uploads().remove(open.id);
    if saved != Saved::Nothing {
        store.content().end_upload(&open.id).await?;
    }
    store.backend().discard(&open.id).await?;
    Ok(())
}
