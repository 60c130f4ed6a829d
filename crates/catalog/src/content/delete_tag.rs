//! Deleting a tag.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName, Tag};
use sea_orm::DatabaseTransaction;

use super::{Content, repository, tag_rows};
use crate::changes::{By, NewChanges};
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// What became of a tag that was to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteTag {
    /// It names nothing any more. Its manifest stays.
    Deleted {
        /// The revision of the repository since then.
        revision: u64,
        /// When.
        at: Timestamp,
        /// What it named.
        digest: Digest,
    },
    /// There is none.
    NotThere,
}

struct Delete {
    repository: RepositoryName,
    tag: Tag,
    by: By,
    now: i64,
}

impl Content {
    /// Deletes a tag of the repository.
    ///
    /// # Errors
    /// As any write.
    pub async fn delete_tag(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        by: &By,
    ) -> Result<DeleteTag, CatalogError> {
        let operation =
            Delete { repository: repository.clone(), tag: tag.clone(), by: by.clone(), now: stored::now() };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for Delete {
    type Reply = DeleteTag;
    const NAME: &'static str = "delete_tag";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<DeleteTag, CatalogError> {
        let Some(mut repository) = repository::lock(transaction, &self.repository).await? else {
            return Ok(DeleteTag::NotThere);
        };
        let tags = std::slice::from_ref(&self.tag);
        let named = tag_rows::named(transaction, repository.id, tags).await?;
        let Some(digest) = named.get(&self.tag).copied() else { return Ok(DeleteTag::NotThere) };
        let revision = repository.advance()?;
        let mut changes = NewChanges::of(repository.id, revision, self.now);
        let removal = tag_rows::Removal { repository: repository.id, revision, by: &self.by, at: self.now };
        removal.remove(transaction, &[(self.tag.clone(), digest)], &mut changes).await?;
        repository.save(transaction).await?;
        changes.append(transaction, &self.by).await?;
        Ok(DeleteTag::Deleted { revision: repository.revision, at: stored::time(self.now)?, digest })
    }
}
