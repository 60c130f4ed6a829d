//! Beginning an upload.

use portolan_catalog::UploadId;

use super::open::Open;
use super::session::{Proof, Session};
use crate::{StoreRepository, StoreResult};

/// An upload session and who says that it is his.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The session.
    pub id: UploadId,
    /// Who began it. To anybody else there is no such session.
    pub owner: String,
}

impl StoreRepository {
    /// Begins an upload for `owner`.
    ///
    /// # Errors
    /// [`StoreError::TooManyUploads`](crate::StoreError::TooManyUploads),
    /// [`StoreError::NoRoom`](crate::StoreError::NoRoom).
    pub async fn begin_upload(&self, owner: &str, proof: Proof) -> StoreResult<Upload> {
        self.store().takes_content().await?;
        let id = UploadId::random();
        let open = Open::new(id, self.name().clone(), owner.to_owned(), Session::new(proof));
        self.store().uploads().add(open)?;
        Ok(Upload { id, owner: owner.to_owned() })
    }
}
