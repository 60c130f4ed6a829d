//! Work that earlier runs of a mirror left.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::Tasks;
use super::add::is_leased;
use crate::writer::Operation;
use crate::{CatalogError, LeaseKey, sql};

/// Work that an earlier run left, and of which something may still be under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftTask {
    /// In which form it is written.
    pub form: u32,
    /// What was to be done.
    pub what: String,
}

struct TakeLeft {
    mirror: String,
    run: i64,
}

impl Tasks {
    /// Takes over what earlier runs of the mirror gave away: who still has some finds that it is lost. Returns what a
    /// node had that did not end it: until its time is over, and a moment longer, it may write. That is kept until the
    /// tasks of this run are [cleared](Self::clear).
    ///
    /// # Errors
    /// As any write.
    pub async fn take_left(&self, key: &LeaseKey) -> Result<Vec<LeftTask>, CatalogError> {
        let (mirror, run) = (key.mirror.clone(), key.run.get());
        self.writer.write(TakeLeft { mirror, run }).await
    }
}

#[async_trait]
impl Operation for TakeLeft {
    type Reply = Vec<LeftTask>;
    const NAME: &'static str = "take_left_tasks";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Vec<LeftTask>, CatalogError> {
        if !is_leased(transaction, &self.mirror, self.run).await? {
            return Ok(Vec::new());
        }
        let key = [self.mirror.as_str().into(), self.run.into()];
        let sure = "DELETE FROM run_task WHERE mirror = ? AND run_id < ? \
                    AND takeovers = 0 AND (state = 'open' OR state = 'done')";
        sql::execute(transaction, sure, key.clone()).await?;
        let take = "UPDATE run_task SET state = 'left', token = token + 1 WHERE mirror = ? AND run_id < ?";
        sql::execute(transaction, take, key.clone()).await?;
        let left = "SELECT form, what FROM run_task WHERE mirror = ? AND run_id < ? ORDER BY run_id, number";
        let read = |row: &sql::Row| {
            let form = row.count(0, "form of a task")?;
            Ok(LeftTask { form: u32::try_from(form).unwrap_or(u32::MAX), what: row.get(1)? })
        };
        sql::all(transaction, left, key).await?.iter().map(read).collect()
    }
}
