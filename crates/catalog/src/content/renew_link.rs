//! Keeping the promise that a blob is there.

use async_trait::async_trait;
use portolan_oci::{Digest, RepositoryName};
use sea_orm::DatabaseTransaction;

use super::Content;
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of a link that was to be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewLink {
    /// It stays for the grace time at least.
    Renewed,
    /// There is none any more.
    NotThere,
}

struct Renew {
    repository: RepositoryName,
    digest: Digest,
    now: i64,
}

impl Content {
    /// Dates the repository's link to a blob anew: whoever was told that the blob is there may build on it for the
    /// grace time. Needed only for a link that is old ([`StoredBlob::linked_at`](crate::StoredBlob::linked_at)).
    ///
    /// # Errors
    /// As any write.
    pub async fn renew_link(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<RenewLink, CatalogError> {
        let operation = Renew { repository: repository.clone(), digest: *digest, now: stored::now() };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for Renew {
    type Reply = RenewLink;
    const NAME: &'static str = "renew_link";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RenewLink, CatalogError> {
        let sql = "UPDATE content_link SET linked_at = ? WHERE digest = ? \
            AND repository_id = (SELECT id FROM content_repository WHERE name = ?)";
        let values = [self.now.into(), self.digest.to_stored().into(), self.repository.as_str().into()];
        let renewed = sql::execute(transaction, sql, values).await?;
        Ok(if renewed > 0 { RenewLink::Renewed } else { RenewLink::NotThere })
    }
}
