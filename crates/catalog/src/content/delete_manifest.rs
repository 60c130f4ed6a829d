//! Deleting a manifest, and with it the tags that name it.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName, Tag};
use sea_orm::DatabaseTransaction;

use super::repository::{self, Locked};
use super::{Content, tag_rows};
use crate::changes::{By, ChangeKind, NewChanges};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of a manifest that was to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteManifest {
    /// It is not to be seen any more. It is kept for a while, so that tags can be rolled back to it.
    Deleted {
        /// The revision of the repository since then.
        revision: u64,
        /// When.
        at: Timestamp,
        /// The tags that named it and are gone too, in byte order.
        tags: Vec<Tag>,
    },
    /// There is none.
    NotThere,
}

struct Delete {
    repository: RepositoryName,
    digest: Digest,
    by: By,
    now: i64,
}

impl Content {
    /// Deletes a manifest of the repository with all its tags, whether an index names it or not.
    ///
    /// # Errors
    /// As any write.
    pub async fn delete_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        by: &By,
    ) -> Result<DeleteManifest, CatalogError> {
        let operation =
            Delete { repository: repository.clone(), digest: *digest, by: by.clone(), now: stored::now() };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for Delete {
    type Reply = DeleteManifest;
    const NAME: &'static str = "delete_manifest";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<DeleteManifest, CatalogError> {
        let Some(mut repository) = repository::lock(transaction, &self.repository).await? else {
            return Ok(DeleteManifest::NotThere);
        };
        let to_be_seen = "SELECT id FROM content_manifest \
            WHERE repository_id = ? AND digest = ? AND deleted_at IS NULL";
        let key = [repository.id.into(), self.digest.to_stored().into()];
        let Some(row) = sql::one(transaction, to_be_seen, key).await? else {
            return Ok(DeleteManifest::NotThere);
        };
        let revision = repository.advance()?;
        let mut changes = NewChanges::of(repository.id, revision, self.now);
        let hiding = Hiding { by: &self.by, at: self.now };
        let tags =
            hiding.hide(transaction, &mut repository, ((row.get(0)?, self.digest), &mut changes)).await?;
        repository.save(transaction).await?;
        changes.append(transaction, &self.by).await?;
        Ok(DeleteManifest::Deleted { revision: repository.revision, at: stored::time(self.now)?, tags })
    }
}

/// Deleting manifests: they keep their rows and parts.
pub(super) struct Hiding<'a> {
    pub(super) by: &'a By,
    pub(super) at: i64,
}

impl Hiding<'_> {
    /// Hides a manifest, by number and digest, of the repository that is locked and advanced. Returns the tags
    /// that named it.
    pub(super) async fn hide(
        &self,
        transaction: &DatabaseTransaction,
        repository: &mut Locked,
        ((id, digest), changes): ((i64, Digest), &mut NewChanges),
    ) -> Result<Vec<Tag>, CatalogError> {
        let revision = stored::count("revision", repository.revision)?;
        let named = "SELECT name FROM content_tag WHERE manifest_id = ? ORDER BY name";
        let rows = sql::all(transaction, named, [id.into()]).await?;
        let tags: Vec<Tag> = rows.iter().map(|row| row.parsed(0, "tag")).collect::<Result<_, _>>()?;
        let removed: Vec<(Tag, Digest)> = tags.iter().map(|tag| (tag.clone(), digest)).collect();
        let removal = tag_rows::Removal { repository: repository.id, revision, by: self.by, at: self.at };
        removal.remove(transaction, &removed, changes).await?;
        let referring = "DELETE FROM content_referrer WHERE manifest_id = ?";
        sql::execute(transaction, referring, [id.into()]).await?;
        let hidden = "UPDATE content_manifest SET deleted_at = ?, revision = ? WHERE id = ?";
        sql::execute(transaction, hidden, [self.at.into(), revision.into(), id.into()]).await?;
        repository.manifests = repository.manifests.saturating_sub(1);
        changes.add(ChangeKind::ManifestDeleted, None, [Some(digest), None]);
        if repository.manifests == 0 {
            changes.add(ChangeKind::RepositoryEmptied, None, [None, None]);
        }
        Ok(tags)
    }
}
