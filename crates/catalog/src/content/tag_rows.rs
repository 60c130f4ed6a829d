//! The rows of tags, and of what happened to them.

use std::collections::HashMap;

use portolan_oci::{Digest, Tag};
use sea_orm::{DatabaseTransaction, Value};

use crate::changes::{By, ChangeKind, NewChanges};
use crate::sql::{self, Insert, There};
use crate::{CatalogError, stored};

pub(super) const TAG: Insert<8> = Insert {
    table: "content_tag",
    columns: ["repository_id", "name", "manifest_id", "digest", "media_type", "size", "revision", "moved_at"],
    there: There::Gets {
        key: &["repository_id", "name"],
        columns: &["manifest_id", "digest", "media_type", "size", "revision", "moved_at"],
    },
};

pub(super) const EVENT: Insert<7> = Insert {
    table: "content_tag_event",
    columns: ["repository_id", "name", "revision", "digest", "at", "cause", "actor"],
    there: There::Never,
};

/// What these tags name in the repository, as far as they are there.
pub(super) async fn named(
    transaction: &DatabaseTransaction,
    repository: i64,
    tags: impl IntoIterator<Item = &Tag>,
) -> Result<HashMap<Tag, Digest>, CatalogError> {
    let tags: Vec<&Tag> = tags.into_iter().collect();
    let mut named = HashMap::with_capacity(tags.len());
    for chunk in tags.chunks(stored::CHUNK) {
        let (marks, names) = sql::list(chunk.iter().map(|tag| tag.as_str().into()));
        let sql =
            format!("SELECT name, digest FROM content_tag WHERE repository_id = ? AND name IN ({marks})");
        let mut values: Vec<Value> = vec![repository.into()];
        values.extend(names);
        for row in sql::all(transaction, &sql, values).await? {
            named.insert(row.parsed(0, "tag")?, row.digest(1)?);
        }
    }
    Ok(named)
}

/// Something that happened to tags of a repository at once.
pub(super) struct TagEvents<'a> {
    pub(super) repository: i64,
    pub(super) revision: i64,
    /// What they name from now on, if anything.
    pub(super) digest: Option<Digest>,
    pub(super) by: &'a By,
    pub(super) at: i64,
}

impl TagEvents<'_> {
    pub(super) async fn append(
        &self,
        transaction: &DatabaseTransaction,
        tags: &[Tag],
    ) -> Result<(), CatalogError> {
        let row = |tag: &Tag| {
            [
                self.repository.into(),
                tag.as_str().into(),
                self.revision.into(),
                self.digest.map(|digest| digest.to_stored()).into(),
                self.at.into(),
                self.by.cause.name().into(),
                self.by.actor().into(),
            ]
        };
        EVENT.rows(transaction, tags.iter().map(row).collect()).await
    }
}

/// Taking tags of a repository away.
pub(super) struct Removal<'a> {
    pub(super) repository: i64,
    pub(super) revision: i64,
    pub(super) by: &'a By,
    pub(super) at: i64,
}

impl Removal<'_> {
    /// Takes away tags that are there, each with what it names.
    pub(super) async fn remove(
        &self,
        transaction: &DatabaseTransaction,
        removed: &[(Tag, Digest)],
        changes: &mut NewChanges,
    ) -> Result<(), CatalogError> {
        for chunk in removed.chunks(stored::CHUNK) {
            let (marks, names) = sql::list(chunk.iter().map(|(tag, _)| tag.as_str().into()));
            let sql = format!("DELETE FROM content_tag WHERE repository_id = ? AND name IN ({marks})");
            let mut values: Vec<Value> = vec![self.repository.into()];
            values.extend(names);
            sql::execute(transaction, &sql, values).await?;
        }
        for (tag, digest) in removed {
            changes.add(ChangeKind::TagDeleted, Some(tag), [None, Some(*digest)]);
        }
        let Self { repository, revision, by, at } = *self;
        let tags: Vec<Tag> = removed.iter().map(|(tag, _)| tag.clone()).collect();
        TagEvents { repository, revision, digest: None, by, at }.append(transaction, &tags).await
    }
}
