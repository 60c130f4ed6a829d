//! Deleting manifests that have no tag for long, where that is wanted.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};

use super::super::delete_manifest::Hiding;
use super::super::{Content, repository};
use super::{BATCH, Batch};
use crate::changes::{By, NewChanges};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// A manifest, as the place in the order of all manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestKey(i64);

struct Expire {
    repository: RepositoryName,
    manifests: Vec<i64>,
    before: Timestamp,
    by: By,
    now: i64,
}

/// Manifests without tag, which no index names, whose subject (if they have one) is not to be seen, and which no
/// tag named since then.
const UNTAGGED: &str = "SELECT m.id, r.name, m.digest FROM content_manifest m \
    JOIN content_repository r ON r.id = m.repository_id \
    WHERE m.deleted_at IS NULL AND m.pushed_at < ? \
    AND NOT EXISTS (SELECT 1 FROM content_tag t WHERE t.manifest_id = m.id) \
    AND NOT EXISTS (SELECT 1 FROM content_part p JOIN content_manifest i ON i.id = p.manifest_id \
        AND i.repository_id = m.repository_id AND i.deleted_at IS NULL \
        WHERE p.digest = m.digest AND p.role = 3) \
    AND NOT EXISTS (SELECT 1 FROM content_manifest s WHERE s.repository_id = m.repository_id \
        AND s.digest = m.subject AND s.deleted_at IS NULL) \
    AND NOT EXISTS (SELECT 1 FROM content_tag_event e JOIN content_tag_event n \
        ON n.repository_id = e.repository_id AND n.name = e.name AND n.revision > e.revision \
        WHERE e.repository_id = m.repository_id AND e.digest = m.digest AND n.at >= ? \
        AND NOT EXISTS (SELECT 1 FROM content_tag_event b WHERE b.repository_id = e.repository_id \
            AND b.name = e.name AND b.revision > e.revision AND b.revision < n.revision))";

impl Content {
    /// Deletes manifests that no tag names since before this time, of a batch of manifests after this one. One that
    /// an index names stays, and one whose subject is to be seen. Events of tags have to be known since then.
    ///
    /// # Errors
    /// As any write.
    pub async fn expire_untagged(
        &self,
        untagged_before: Timestamp,
        after: Option<ManifestKey>,
        by: &By,
    ) -> Result<Batch<ManifestKey>, CatalogError> {
        let sql = format!("{UNTAGGED} AND m.id > ? ORDER BY m.id LIMIT ?");
        let limit = stored::count("number of manifests", BATCH as u64)?;
        let beyond = after.map_or(0, |after| after.0);
        let values = vec![beyond.into(), limit.into()];
        let found = untagged(&self.readers().await?, &sql, (untagged_before, values)).await?;
        let next = found.last().filter(|_| found.len() == BATCH).map(|last| ManifestKey(last.id));
        let mut repositories: BTreeMap<RepositoryName, Vec<i64>> = BTreeMap::new();
        for one in found {
            repositories.entry(one.repository).or_default().push(one.id);
        }
        let mut done = 0;
        for (repository, manifests) in repositories {
            let (by, now) = (by.clone(), stored::now());
            let expire = Expire { repository, manifests, before: untagged_before, by, now };
            done += self.writer.write(expire).await?;
        }
        Ok(Batch { done, next })
    }
}

/// A manifest without tag.
struct Untagged {
    id: i64,
    repository: RepositoryName,
    digest: Digest,
}

async fn untagged(
    database: &impl ConnectionTrait,
    sql: &str,
    (before, further): (Timestamp, Vec<Value>),
) -> Result<Vec<Untagged>, CatalogError> {
    let before = before.as_microsecond();
    let mut values: Vec<Value> = vec![before.into(), before.into()];
    values.extend(further);
    let read = |row: &sql::Row| {
        Ok(Untagged { id: row.get(0)?, repository: row.parsed(1, "repository")?, digest: row.digest(2)? })
    };
    sql::all(database, sql, values).await?.iter().map(read).collect()
}

#[async_trait]
impl Operation for Expire {
    type Reply = u64;
    const NAME: &'static str = "expire_untagged";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let Some(mut repository) = repository::lock(transaction, &self.repository).await? else {
            return Ok(0);
        };
        let (marks, ids) = sql::list(self.manifests.iter().map(|id| (*id).into()));
        let still = format!("{UNTAGGED} AND m.id IN ({marks}) ORDER BY m.id");
        let found = untagged(transaction, &still, (self.before, ids)).await?;
        if found.is_empty() {
            return Ok(0);
        }
        let revision = repository.advance()?;
        let mut changes = NewChanges::of(repository.id, revision, self.now);
        let hiding = Hiding { by: &self.by, at: self.now };
        for one in &found {
            hiding.hide(transaction, &mut repository, ((one.id, one.digest), &mut changes)).await?;
        }
        repository.save(transaction).await?;
        changes.append(transaction, &self.by).await?;
        Ok(found.len() as u64)
    }
}
