//! Linking a blob that another repository has.

use async_trait::async_trait;
use portolan_oci::{Digest, RepositoryName};
use sea_orm::DatabaseTransaction;

use super::blob_state::BlobState;
use super::commit_blobs::{LINK, spare};
use super::{Content, repository};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of a blob that was to be mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MountBlob {
    /// It is linked.
    Mounted {
        /// Its size in bytes.
        size: u64,
    },
    /// The other repository does not have it, or its bytes are not there.
    NotThere,
}

struct Mount {
    repository: RepositoryName,
    digest: Digest,
    from: RepositoryName,
    now: i64,
}

impl Content {
    /// Links a blob in the repository, which is made if need be, as the other one has it.
    ///
    /// # Errors
    /// As any write.
    pub async fn mount_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        from: &RepositoryName,
    ) -> Result<MountBlob, CatalogError> {
        let operation =
            Mount { repository: repository.clone(), digest: *digest, from: from.clone(), now: stored::now() };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for Mount {
    type Reply = MountBlob;
    const NAME: &'static str = "mount_blob";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<MountBlob, CatalogError> {
        let Some(from) = repository::find_id(transaction, &self.from).await? else {
            return Ok(MountBlob::NotThere);
        };
        let digest = self.digest.to_stored();
        let blob = "SELECT state, size FROM content_blob WHERE digest = ?";
        let rows = sql::lock(transaction, blob, [digest.clone().into()]).await?;
        let Some(row) = rows.first() else { return Ok(MountBlob::NotThere) };
        let state = BlobState::read(row.get(0)?)?;
        let link = "SELECT linked_at FROM content_link WHERE repository_id = ? AND digest = ?";
        let link = sql::one(transaction, link, [from.into(), digest.clone().into()]).await?;
        if !state.has_bytes() || link.is_none() {
            return Ok(MountBlob::NotThere);
        }
        if state == BlobState::Condemned {
            spare(transaction, &self.digest, self.now).await?;
        }
        let to = repository::id(transaction, &self.repository).await?;
        LINK.rows(transaction, vec![[to.into(), digest.into(), self.now.into()]]).await?;
        Ok(MountBlob::Mounted { size: row.count(1, "size")? })
    }
}
