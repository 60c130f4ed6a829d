//! Keeping a piece of work for longer.

use std::time::Instant;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::Tasks;
use super::task::{TaskLease, end, microseconds};
use crate::writer::Operation;
use crate::{CatalogError, database, sql};

/// What came of renewing the right to a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewTask {
    /// It lasts for its whole time again.
    Renewed,
    /// Another has it or has had it, or its run has ended: nothing more may be changed.
    Lost,
}

struct Renew {
    run: i64,
    number: i64,
    token: i64,
    lasts: i64,
}

impl Tasks {
    /// Renews the right for the time that it was taken for.
    ///
    /// # Errors
    /// As any write. The right is then as it was.
    pub async fn renew(&self, lease: &mut TaskLease) -> Result<RenewTask, CatalogError> {
        let asked = Instant::now();
        let (run, number, token) = (lease.run.get(), lease.number, lease.token);
        let renewal =
            self.writer.write(Renew { run, number, token, lasts: microseconds(lease.lasts) }).await?;
        if renewal == RenewTask::Renewed {
            lease.ends = end(asked, lease.lasts);
        }
        Ok(renewal)
    }
}

#[async_trait]
impl Operation for Renew {
    type Reply = RenewTask;
    const NAME: &'static str = "renew_task";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RenewTask, CatalogError> {
        let until = database::now(transaction).await?.saturating_add(self.lasts);
        let renew = "UPDATE run_task SET expires_at = ? \
                     WHERE run_id = ? AND number = ? AND token = ? AND state = 'taken' \
                     AND EXISTS (SELECT 1 FROM run_lease WHERE run_lease.run_id = run_task.run_id)";
        let values = [until.into(), self.run.into(), self.number.into(), self.token.into()];
        let renewed = sql::execute(transaction, renew, values).await?;
        Ok(if renewed == 0 { RenewTask::Lost } else { RenewTask::Renewed })
    }
}
