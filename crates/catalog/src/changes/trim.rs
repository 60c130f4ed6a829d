//! Removing changes that nobody needs any more.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::Changes;
use crate::writer::Operation;
use crate::{CatalogError, sql};

/// Which changes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptChanges {
    /// Older ones go once all consumers have dealt with them.
    pub since: Timestamp,
    /// Older ones go in any case: a consumer that is further behind has to look at everything.
    pub at_most_since: Timestamp,
}

/// Changes that go at once.
const STEP: i64 = 1_000;

struct Trim(KeptChanges);

impl Changes {
    /// Removes changes, up to a thousand, and says how many: there may be more as long as it is not zero. The last
    /// change stays in any case.
    ///
    /// # Errors
    /// As any write.
    pub async fn trim(&self, kept: KeptChanges) -> Result<u64, CatalogError> {
        self.writer.write(Trim(kept)).await
    }
}

#[async_trait]
impl Operation for Trim {
    type Reply = u64;
    const NAME: &'static str = "trim_changes";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let ends = "SELECT MIN(seq), MAX(seq) FROM change_log";
        let Some(row) = sql::one(transaction, ends, []).await? else { return Ok(0) };
        let (Some(first), Some(last)) = (row.get::<Option<i64>>(0)?, row.get::<Option<i64>>(1)?) else {
            return Ok(0);
        };
        let read = sql::one(transaction, "SELECT MIN(seq) FROM change_cursor", []).await?;
        let read = read.map_or(Ok(None), |row| row.get::<Option<i64>>(0))?.unwrap_or(last);
        let since = first_since(transaction, self.0.since).await?.unwrap_or(last);
        let at_most_since = first_since(transaction, self.0.at_most_since).await?.unwrap_or(last);
        let unneeded = since.min(read.saturating_add(1)).max(at_most_since);
        let end = unneeded.min(last).min(first.saturating_add(STEP));
        sql::execute(transaction, "DELETE FROM change_log WHERE seq < ?", [end.into()]).await
    }
}

/// The number of the earliest change since then.
async fn first_since(database: &impl ConnectionTrait, since: Timestamp) -> Result<Option<i64>, CatalogError> {
    let sql = "SELECT seq FROM change_log WHERE at >= ? ORDER BY at LIMIT 1";
    let row = sql::one(database, sql, [since.as_microsecond().into()]).await?;
    row.map(|row| row.get(0)).transpose()
}
