//! Going on with the revisions of repositories.

use async_trait::async_trait;
use portolan_oci::RepositoryName;
use sea_orm::DatabaseTransaction;

use super::super::{Content, repository};
use crate::CatalogError;
use crate::writer::Operation;

struct RestoreRevisions(Vec<(RepositoryName, u64)>);

impl Content {
    /// Lets repositories go on from these revisions at least; also those that show nothing any more. Else what is
    /// recorded of them from now on would be older than what was.
    ///
    /// # Errors
    /// As any write.
    pub async fn restore_revisions(
        &self,
        repositories: Vec<(RepositoryName, u64)>,
    ) -> Result<(), CatalogError> {
        self.writer.write(RestoreRevisions(repositories)).await
    }
}

#[async_trait]
impl Operation for RestoreRevisions {
    type Reply = ();
    const NAME: &'static str = "restore_revisions";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        for (name, revision) in &self.0 {
            let mut repository = repository::lock_or_make(transaction, name).await?;
            repository.revision = repository.revision.max(*revision);
            repository.save(transaction).await?;
        }
        Ok(())
    }
}
