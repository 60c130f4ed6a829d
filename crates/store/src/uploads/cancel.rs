//! Giving an upload up.

use super::begin::Upload;
use super::finish::forget;
use super::receive::{to_its_end, turn};
use crate::{StoreRepository, StoreResult};

impl StoreRepository {
    /// Gives an upload up, and removes what has come of it.
    ///
    /// # Errors
    /// [`StoreError::UploadUnknown`](crate::StoreError::UploadUnknown);
    /// [`StoreError::OutOfOrder`](crate::StoreError::OutOfOrder) while somebody appends to it; if the catalogue or
    /// the storage fails.
    pub async fn cancel_upload(&self, upload: &Upload) -> StoreResult<()> {
        let open = self.open_upload(upload).await?;
        let store = self.store().clone();
        to_its_end(async move {
            let mut session = turn(&open, None).await?;
            session.end();
            forget(&store, &open, session.saved()).await
        })
        .await
    }
}
