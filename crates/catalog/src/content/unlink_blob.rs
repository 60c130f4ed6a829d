//! Taking a blob out of a repository.

use async_trait::async_trait;
use portolan_oci::{Digest, RepositoryName};
use sea_orm::DatabaseTransaction;

use super::{Content, repository};
use crate::writer::Operation;
use crate::{CatalogError, sql};

/// What became of a blob that was to be taken out of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlinkBlob {
    /// It is not there any more. Its bytes go when no repository has it.
    Unlinked,
    /// It was not there.
    NotThere,
    /// It stays: a manifest that is to be seen needs it.
    Needed,
}

struct Unlink {
    repository: RepositoryName,
    digest: Digest,
}

pub(super) const NEEDED: &str = "SELECT p.manifest_id FROM content_part p \
    JOIN content_manifest m ON m.id = p.manifest_id AND m.repository_id = ? AND m.deleted_at IS NULL \
    WHERE p.digest = ? LIMIT 1";

impl Content {
    /// Takes a blob out of the repository, unless a manifest needs it.
    ///
    /// # Errors
    /// As any write.
    pub async fn unlink_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<UnlinkBlob, CatalogError> {
        self.writer.write(Unlink { repository: repository.clone(), digest: *digest }).await
    }
}

#[async_trait]
impl Operation for Unlink {
    type Reply = UnlinkBlob;
    const NAME: &'static str = "unlink_blob";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<UnlinkBlob, CatalogError> {
        let Some(repository) = repository::lock(transaction, &self.repository).await? else {
            return Ok(UnlinkBlob::NotThere);
        };
        let key = || [repository.id.into(), self.digest.to_stored().into()];
        let link = "SELECT linked_at FROM content_link WHERE repository_id = ? AND digest = ?";
        if sql::one(transaction, link, key()).await?.is_none() {
            return Ok(UnlinkBlob::NotThere);
        }
        if sql::one(transaction, NEEDED, key()).await?.is_some() {
            return Ok(UnlinkBlob::Needed);
        }
        let gone = "DELETE FROM content_link WHERE repository_id = ? AND digest = ?";
        sql::execute(transaction, gone, key()).await?;
        Ok(UnlinkBlob::Unlinked)
    }
}
