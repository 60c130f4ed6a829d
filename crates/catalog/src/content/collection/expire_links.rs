//! Taking away links that nothing needs any more.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::{DatabaseTransaction, Value};

use super::super::Content;
use super::{BATCH, Batch, end, page};
use crate::writer::Operation;
use crate::{CatalogError, sql};

/// The manifest is only to see whether there is one. One that is deleted counts as long as it is kept.
macro_rules! links {
    ($which:literal) => {
        concat!(
            "SELECT l.repository_id, l.digest, l.linked_at, (SELECT MIN(p.manifest_id) FROM content_part p \
             JOIN content_manifest m ON m.id = p.manifest_id AND m.repository_id = l.repository_id \
             WHERE p.digest = l.digest) FROM content_link l WHERE ",
            $which,
            " ORDER BY l.repository_id, l.digest LIMIT ?"
        )
    };
}

/// A link, as the place in the order of all links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkKey {
    repository: i64,
    digest: Digest,
}

struct Expire {
    repository: i64,
    digests: Vec<Digest>,
    before: Timestamp,
}

/// The rest of the links of a repository, and those of the repositories after it.
pub(in crate::content) const OF_REPOSITORY: &str = links!("l.repository_id = ? AND l.digest > ?");
pub(in crate::content) const OF_OTHERS: &str = links!("l.repository_id > ?");

impl Content {
    /// Takes away links that were made or renewed before this time and that no manifest of their repository needs,
    /// of a batch of links after this one.
    ///
    /// # Errors
    /// As any write.
    pub async fn expire_links(
        &self,
        linked_before: Timestamp,
        after: Option<&LinkKey>,
    ) -> Result<Batch<LinkKey>, CatalogError> {
        let readers = self.readers().await?;
        let mut rows = Vec::new();
        if let Some(after) = after {
            let values = [after.repository.into(), after.digest.to_stored().into(), page().into()];
            rows = sql::all(&readers, OF_REPOSITORY, values).await?;
        }
        if end(&rows).is_none() {
            let beyond = after.map_or(0, |after| after.repository);
            rows.extend(sql::all(&readers, OF_OTHERS, [beyond.into(), page().into()]).await?);
        }
        let mut unneeded: BTreeMap<i64, Vec<Digest>> = BTreeMap::new();
        for row in &rows {
            if row.get::<Option<i64>>(3)?.is_none() && row.get::<i64>(2)? < linked_before.as_microsecond() {
                unneeded.entry(row.get(0)?).or_default().push(row.digest(1)?);
            }
        }
        let mut done = 0;
        for (repository, digests) in unneeded {
            for chunk in digests.chunks(BATCH) {
                let expire = Expire { repository, digests: chunk.to_vec(), before: linked_before };
                done += self.writer.write(expire).await?;
            }
        }
        let key = |row: &sql::Row| Ok(LinkKey { repository: row.get(0)?, digest: row.digest(1)? });
        Ok(Batch { done, next: end(&rows).map(key).transpose()? })
    }
}

#[async_trait]
impl Operation for Expire {
    type Reply = u64;
    const NAME: &'static str = "expire_links";

    /// Who puts a manifest locks the repository too: it finds its links, or is found to need them.
    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let repository = "SELECT id FROM content_repository WHERE id = ?";
        sql::lock(transaction, repository, [self.repository.into()]).await?;
        let needed = needed(transaction, self.repository, &self.digests).await?;
        let unneeded: Vec<&Digest> = self.digests.iter().filter(|digest| !needed.contains(digest)).collect();
        if unneeded.is_empty() {
            return Ok(0);
        }
        let (marks, list) = sql::list(sql::digests(unneeded));
        let sql = format!(
            "DELETE FROM content_link WHERE repository_id = ? AND linked_at < ? AND digest IN ({marks})"
        );
        let mut values: Vec<Value> = vec![self.repository.into(), self.before.as_microsecond().into()];
        values.extend(list);
        sql::execute(transaction, &sql, values).await
    }
}

/// Those of these blobs that a manifest of the repository needs, deleted or not.
async fn needed(
    transaction: &DatabaseTransaction,
    repository: i64,
    digests: &[Digest],
) -> Result<HashSet<Digest>, CatalogError> {
    let (marks, list) = sql::list(sql::digests(digests));
    let sql = format!(
        "SELECT DISTINCT p.digest FROM content_part p \
         JOIN content_manifest m ON m.id = p.manifest_id AND m.repository_id = ? WHERE p.digest IN ({marks})"
    );
    let mut values: Vec<Value> = vec![repository.into()];
    values.extend(list);
    sql::all(transaction, &sql, values).await?.iter().map(|row| row.digest(0)).collect()
}
