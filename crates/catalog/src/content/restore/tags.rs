//! Making the rows of tags, and of what happened to them.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName, Tag};
use sea_orm::{DatabaseTransaction, Value};

use super::super::Content;
use super::super::repository;
use super::super::tag_rows::{EVENT, TAG};
use crate::changes::{By, ChangeCause, ChangeKind, NewChanges};
use crate::sql::{self, There};
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// Something that happened to a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredTag {
    /// The tag.
    pub name: Tag,
    /// The revision of its repository that it made.
    pub revision: u64,
    /// What the tag names since then; nothing if it was deleted.
    pub digest: Option<Digest>,
    /// When.
    pub at: Timestamp,
    /// Why, and who did it.
    pub by: By,
}

struct RestoreEvents {
    repository: RepositoryName,
    events: Vec<RestoredTag>,
}

struct RestoreTags {
    repository: RepositoryName,
    tags: Vec<RestoredTag>,
    now: i64,
}

/// A manifest that tags may name.
struct Named {
    id: i64,
    media_type: String,
    size: i64,
}

impl Content {
    /// Makes rows of what happened to tags.
    ///
    /// # Errors
    /// As any write.
    pub async fn restore_tag_events(
        &self,
        repository: &RepositoryName,
        events: Vec<RestoredTag>,
    ) -> Result<(), CatalogError> {
        self.writer.write(RestoreEvents { repository: repository.clone(), events }).await
    }

    /// Makes rows of tags, of each by what happened to it last. Manifests come first; tags that name one which is
    /// not there are left out and returned.
    ///
    /// # Errors
    /// As any write.
    pub async fn restore_tags(
        &self,
        repository: &RepositoryName,
        tags: Vec<RestoredTag>,
    ) -> Result<Vec<Tag>, CatalogError> {
        self.writer.write(RestoreTags { repository: repository.clone(), tags, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for RestoreEvents {
    type Reply = ();
    const NAME: &'static str = "restore_tag_events";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let repository = repository::id(transaction, &self.repository).await?;
        let row = |event: &RestoredTag| -> Result<[Value; 7], CatalogError> {
            Ok([
                repository.into(),
                event.name.as_str().into(),
                stored::count("revision", event.revision)?.into(),
                event.digest.map(|digest| digest.to_stored()).into(),
                event.at.as_microsecond().into(),
                event.by.cause.name().into(),
                event.by.actor().into(),
            ])
        };
        let rows = self.events.iter().map(row).collect::<Result<_, _>>()?;
        let mut insert = EVENT;
        insert.there = There::Stays(&["repository_id", "name", "revision"]);
        insert.rows(transaction, rows).await
    }
}

#[async_trait]
impl Operation for RestoreTags {
    type Reply = Vec<Tag>;
    const NAME: &'static str = "restore_tags";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Vec<Tag>, CatalogError> {
        let repository = repository::id(transaction, &self.repository).await?;
        let named = self.named(transaction, repository).await?;
        let (by, mut rows, mut left_out) = (By::new(ChangeCause::Rebuild, ""), Vec::new(), Vec::new());
        for tag in &self.tags {
            let Some((digest, manifest)) = tag.digest.and_then(|digest| Some((digest, named.get(&digest)?)))
            else {
                left_out.push(tag.name.clone());
                continue;
            };
            let revision = stored::count("revision", tag.revision)?;
            rows.push([
                repository.into(),
                tag.name.as_str().into(),
                manifest.id.into(),
                digest.to_stored().into(),
                manifest.media_type.as_str().into(),
                manifest.size.into(),
                revision.into(),
                tag.at.as_microsecond().into(),
            ]);
            let mut changes = NewChanges::of(repository, revision, self.now);
            changes.add(ChangeKind::Tag, Some(&tag.name), [Some(digest), None]);
            changes.append(transaction, &by).await?;
        }
        TAG.rows(transaction, rows).await?;
        Ok(left_out)
    }
}

impl RestoreTags {
    async fn named(
        &self,
        transaction: &DatabaseTransaction,
        repository: i64,
    ) -> Result<HashMap<Digest, Named>, CatalogError> {
        let mut named = HashMap::new();
        for chunk in self.tags.chunks(stored::CHUNK) {
            let (marks, list) = sql::list(sql::digests(chunk.iter().filter_map(|tag| tag.digest.as_ref())));
            if list.is_empty() {
                continue;
            }
            let sql = format!(
                "SELECT digest, id, media_type, size FROM content_manifest \
                 WHERE deleted_at IS NULL AND repository_id = ? AND digest IN ({marks})"
            );
            let mut values: Vec<Value> = vec![repository.into()];
            values.extend(list);
            for row in sql::all(transaction, &sql, values).await? {
                named.insert(
                    row.digest(0)?,
                    Named { id: row.get(1)?, media_type: row.get(2)?, size: row.get(3)? },
                );
            }
        }
        Ok(named)
    }
}
