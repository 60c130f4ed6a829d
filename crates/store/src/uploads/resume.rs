//! Finding an upload again, here or where another process has left it.

use std::sync::Arc;
use std::time::Duration;

use portolan_catalog::{TakeUpload, UploadId};
use portolan_oci::{Hashing, HashingState};

use super::begin::Upload;
use super::open::Open;
use super::receive::offset;
use super::session::{Session, hash_part};
use crate::{PartState, StoreError, StoreRepository, StoreResult};

/// How long a session that was taken up is this process's: another waits so long when this one has died.
const LEASE: Duration = Duration::from_secs(60);

impl StoreRepository {
    /// How many bytes of the upload have come.
    ///
    /// # Errors
    /// [`StoreError::UploadUnknown`]; if the catalogue or the storage fails.
    pub async fn upload_offset(&self, upload: &Upload) -> StoreResult<u64> {
        Ok(offset(&*self.open_upload(upload).await?).await)
    }

    pub(super) async fn open_upload(&self, upload: &Upload) -> StoreResult<Arc<Open>> {
        let Upload { id, ref owner } = *upload;
        if let Some(open) = self.store().uploads().find(id) {
            return if open.belongs_to(self.name(), owner) {
                Ok(open)
            } else {
                Err(StoreError::UploadUnknown)
            };
        }
        let saved = self.store().content().upload(self.name(), &id).await?;
        match saved {
            Some(saved) if saved.owner == *owner => self.take_up(id).await,
            _ => Err(StoreError::UploadUnknown),
        }
    }

    /// Takes the session over, and goes on where it was written down last: what came behind that is cut off.
    async fn take_up(&self, id: UploadId) -> StoreResult<Arc<Open>> {
        let store = self.store();
        let saved = match store.content().take_upload(self.name(), &id, store.node(), LEASE).await? {
            TakeUpload::Taken(saved) => *saved,
            TakeUpload::Held { .. } => return Err(StoreError::Elsewhere),
            TakeUpload::NotThere => return Err(StoreError::UploadUnknown),
        };
        let unreadable = |cause| StoreError::Unreadable(Box::new(cause));
        let state: PartState = serde_json::from_value(saved.backend.clone()).map_err(unreadable)?;
        let hashing = match saved.hashing.clone() {
            None => None,
            Some(kept) => {
                let kept: HashingState = serde_json::from_value(kept).map_err(unreadable)?;
                Some(match Hashing::restore(&kept).filter(|hashing| hashing.offset() == saved.offset) {
                    Some(hashing) => hashing,
                    None => hash_part(store, id, &state, kept.algorithm()).await?,
                })
            }
        };
        let session = Session::again(&saved, hashing, state);
        Ok(store.uploads().add_again(Open::new(id, saved.repository, saved.owner, session)))
    }
}
