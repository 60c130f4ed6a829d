//! Forgetting work that was given away.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::Tasks;
use super::add::is_leased;
use crate::writer::Operation;
use crate::{CatalogError, LeaseKey, sql};

/// Which work is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClearTasks {
    /// All of the run, and what it took over from earlier ones: who still has some finds that it is lost.
    All,
    /// What is done, and was in the hands of one node only. The rest is kept for whoever may take over the run, who has
    /// to see to it again.
    Plain,
}

struct Clear {
    mirror: String,
    run: i64,
    which: ClearTasks,
}

impl Tasks {
    /// Forgets work of a run, unless another has taken over the mirror.
    ///
    /// # Errors
    /// As any write.
    pub async fn clear(&self, key: &LeaseKey, which: ClearTasks) -> Result<(), CatalogError> {
        let (mirror, run) = (key.mirror.clone(), key.run.get());
        self.writer.write(Clear { mirror, run, which }).await
    }
}

#[async_trait]
impl Operation for Clear {
    type Reply = ();
    const NAME: &'static str = "clear_tasks";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        if !is_leased(transaction, &self.mirror, self.run).await? {
            return Ok(());
        }
        let clear = match self.which {
            ClearTasks::All => "DELETE FROM run_task WHERE mirror = ? AND run_id <= ?",
            ClearTasks::Plain => {
                "DELETE FROM run_task WHERE mirror = ? AND run_id = ? AND state = 'done' AND takeovers = 0"
            }
        };
        sql::execute(transaction, clear, [self.mirror.as_str().into(), self.run.into()]).await?;
        Ok(())
    }
}
