//! Not ending a piece of work, so that another may at once.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::Tasks;
use super::task::TaskLease;
use crate::writer::Operation;
use crate::{CatalogError, sql};

struct GiveBack {
    run: i64,
    number: i64,
    token: i64,
}

impl Tasks {
    /// Gives a piece of work back. What was sent last may still be under way: so it counts as taken over.
    ///
    /// # Errors
    /// As any write.
    pub async fn give_back(&self, lease: &TaskLease) -> Result<(), CatalogError> {
        let (run, number, token) = (lease.run.get(), lease.number, lease.token);
        self.writer.write(GiveBack { run, number, token }).await
    }
}

#[async_trait]
impl Operation for GiveBack {
    type Reply = ();
    const NAME: &'static str = "give_back_task";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let back = "UPDATE run_task SET state = 'open', node_id = NULL, expires_at = NULL, \
                    takeovers = takeovers + 1 \
                    WHERE run_id = ? AND number = ? AND token = ? AND state = 'taken'";
        let values = [self.run.into(), self.number.into(), self.token.into()];
        sql::execute(transaction, back, values).await?;
        Ok(())
    }
}
