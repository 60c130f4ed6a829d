//! Removing runs of long ago.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::{RunId, Runs};
use crate::writer::Operation;
use crate::{CatalogError, sql};

/// Runs that are looked at in one transaction, at most.
const RUNS: u64 = 50;

/// Rows that go in one transaction, at most.
const ROWS: u64 = 1_000;

/// Manifests that go in one transaction, at most; each may have some mebibytes.
const MANIFESTS: u64 = 50;

/// Runs that ended before a time, the earliest first: none that a lease names, no mirror's last run that ended, and no
/// whole run unless a later one of its mirror has ended; where none failed in it, a later one in which none failed.
const OVER: &str = "SELECT old.id FROM run AS old WHERE old.ended_at < ? \
     AND old.id NOT IN (SELECT run_id FROM run_lease) \
     AND EXISTS (SELECT 1 FROM run AS later WHERE later.mirror = old.mirror AND later.id > old.id \
         AND later.ended_at IS NOT NULL) \
     AND (old.id IN (SELECT run_id FROM part_run) \
         OR EXISTS (SELECT 1 FROM run AS whole WHERE whole.mirror = old.mirror AND whole.id > old.id \
             AND whole.ended_at IS NOT NULL AND (old.outcome <> 'done' OR whole.outcome = 'done') \
             AND whole.id NOT IN (SELECT run_id FROM part_run))) \
     ORDER BY old.id LIMIT ?";

/// What has a row for each number of a run.
const NUMBERED: [&str; 2] = ["run_failure", "run_task"];

struct Expire(Vec<RunId>);

impl Runs {
    /// Removes runs that ended before this time, with what failed and what was deleted in them: a piece of a thousand
    /// rows at most. Says how many rows went; there may be more as long as it is not zero.
    ///
    /// What a mirror needs stays, however old it is: a run that has not ended, its last run that ended, its last whole run,
    /// the last one of these that ended, the last one in which none failed, and the run of its lease.
    ///
    /// # Errors
    /// [`CatalogError::Database`]; as any write.
    pub async fn expire(&self, ended_before: Timestamp) -> Result<u64, CatalogError> {
        let readers = self.opening.readers().await?;
        let limit = i64::try_from(RUNS).unwrap_or(i64::MAX);
        let over = sql::all(&readers, OVER, [ended_before.as_microsecond().into(), limit.into()]).await?;
        let over: Vec<RunId> = over.iter().map(|row| row.get(0).map(RunId::new)).collect::<Result<_, _>>()?;
        // What is over stays over: no later run takes its place back.
        if over.is_empty() { Ok(0) } else { self.writer.write(Expire(over)).await }
    }
}

#[async_trait]
impl Operation for Expire {
    type Reply = u64;
    const NAME: &'static str = "expire_runs";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let (mut gone, mut manifests) = (0, 0);
        for run in &self.0 {
            let of_run = remove_deletions(transaction, *run, MANIFESTS - manifests).await?;
            manifests += of_run;
            gone += of_run;
            let mut is_whole = manifests < MANIFESTS;
            for table in NUMBERED {
                let (rows, left) =
                    remove_numbered(transaction, table, *run, ROWS.saturating_sub(gone)).await?;
                gone += rows;
                is_whole &= left == Left::Nothing;
            }
            if !is_whole {
                break;
            }
            let id = [run.get().into()];
            for sql in ["DELETE FROM part_run WHERE run_id = ?", "DELETE FROM cancelled_run WHERE run_id = ?"]
            {
                gone += sql::execute(transaction, sql, id.clone()).await?;
            }
            gone += sql::delete_by_id(transaction, "run", id).await?;
        }
        Ok(gone)
    }
}

async fn remove_deletions(
    transaction: &DatabaseTransaction,
    run: RunId,
    most: u64,
) -> Result<u64, CatalogError> {
    let sql = "SELECT id FROM deletion WHERE run_id = ? ORDER BY id LIMIT ?";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = sql::all(transaction, sql, [run.get().into(), most.into()]).await?;
    let ids = rows.iter().map(|row| row.get::<i64>(0)).collect::<Result<Vec<_>, _>>()?;
    if ids.is_empty() {
        return Ok(0);
    }
    sql::delete_by_id(transaction, "deletion", ids.into_iter().map(Into::into)).await
}

/// Whether something of a run is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    Something,
}

/// Removes rows of up to so many numbers; some numbers may have none.
async fn remove_numbered(
    transaction: &DatabaseTransaction,
    table: &'static str,
    run: RunId,
    most: u64,
) -> Result<(u64, Left), CatalogError> {
    let range = format!("SELECT MIN(number), MAX(number) FROM {table} WHERE run_id = ?");
    let Some(range) = sql::one(transaction, &range, [run.get().into()]).await? else {
        return Ok((0, Left::Nothing));
    };
    let (first, last) = (range.get::<Option<i64>>(0)?, range.get::<Option<i64>>(1)?);
    let Some((first, last)) = first.zip(last) else { return Ok((0, Left::Nothing)) };
    let end = first.saturating_add(i64::try_from(most).unwrap_or(i64::MAX));
    let sql = format!("DELETE FROM {table} WHERE run_id = ? AND number < ?");
    let rows = sql::execute(transaction, &sql, [run.get().into(), end.into()]).await?;
    Ok((rows, if last < end { Left::Nothing } else { Left::Something }))
}
