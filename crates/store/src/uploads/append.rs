//! Appending to an upload.

use super::begin::Upload;
use super::gather::Sent;
use super::receive::{receive, save, to_its_end, turn};
use crate::{StoreRepository, StoreResult};

impl StoreRepository {
    /// Appends bytes; how far the upload has come then. That is durable.
    ///
    /// # Errors
    /// [`StoreError::OutOfOrder`](crate::StoreError::OutOfOrder) if the upload is elsewhere or somebody else
    /// appends to it; [`StoreError::BrokenOff`](crate::StoreError::BrokenOff) if the sender did so;
    /// [`StoreError::UploadUnknown`](crate::StoreError::UploadUnknown),
    /// [`StoreError::NoRoom`](crate::StoreError::NoRoom); if the catalogue or the storage fails.
    pub async fn append_upload(&self, upload: &Upload, sent: Sent) -> StoreResult<u64> {
        self.store().takes_content().await?;
        let open = self.open_upload(upload).await?;
        let store = self.store().clone();
        to_its_end(async move {
            let mut session = turn(&open, sent.at).await?;
            receive(&store, &open, &mut session, sent.bytes).await?;
            save(&store, &open, &mut session).await?;
            Ok(session.offset())
        })
        .await
    }
}
