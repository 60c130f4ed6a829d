//! Reading a blob of another repository here.

use portolan_catalog::MountBlob;
use portolan_oci::{Digest, RepositoryName};

use super::StoreRepository;
use crate::StoreResult;

/// What became of a mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounted {
    /// The blob may be read here now.
    Yes,
    /// The other repository does not have it.
    NotThere,
}

impl StoreRepository {
    /// Lets this repository have a blob of another one. Whether the caller may read it there is for him to know.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn mount_blob(&self, digest: &Digest, from: &RepositoryName) -> StoreResult<Mounted> {
        self.store().may_write()?;
        Ok(match self.content().mount_blob(&self.name, digest, from).await? {
            MountBlob::Mounted { .. } => Mounted::Yes,
            MountBlob::NotThere => Mounted::NotThere,
        })
    }

    /// Repositories where the blob may be read, up to 64: for a mount that names none.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn where_blob_is(&self, digest: &Digest) -> StoreResult<Vec<RepositoryName>> {
        Ok(self.content().linked_in(digest).await?)
    }
}
