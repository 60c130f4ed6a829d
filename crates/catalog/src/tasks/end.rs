//! Having done a piece of work.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::Tasks;
use super::task::TaskLease;
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of the outcome of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndTask {
    /// It counts.
    Recorded,
    /// Another had taken the work over, or it was no longer wanted: it does not count.
    TakenOver,
}

/// What came of a piece of work.
#[derive(Debug, Clone)]
pub struct TaskEnd {
    /// In the words of whoever gave it.
    pub outcome: String,
}

#[derive(Clone)]
struct End {
    run: i64,
    number: i64,
    token: i64,
    outcome: String,
}

impl Tasks {
    /// Writes down what came of a piece of work, unless another has taken it over.
    ///
    /// # Errors
    /// As any write.
    pub async fn end(&self, lease: &TaskLease, end: TaskEnd) -> Result<EndTask, CatalogError> {
        let outcome = stored::text(&end.outcome);
        let (run, number, token) = (lease.run.get(), lease.number, lease.token);
        let operation = End { run, number, token, outcome };
        match self.writer.write(operation.clone()).await {
            Err(CatalogError::Unanswered(_)) => self.writer.write(operation).await,
            answered => answered,
        }
    }
}

#[async_trait]
impl Operation for End {
    type Reply = EndTask;
    const NAME: &'static str = "end_task";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<EndTask, CatalogError> {
        let key = [self.run.into(), self.number.into(), self.token.into()];
        let end = "UPDATE run_task SET state = 'done', outcome = ? \
                   WHERE run_id = ? AND number = ? AND token = ? AND state = 'taken'";
        let mut values = vec![self.outcome.as_str().into()];
        values.extend(key.clone());
        if sql::execute(transaction, end, values).await? > 0 {
            return Ok(EndTask::Recorded);
        }
        // Asked once more after an answer that was lost.
        let ended = "SELECT number FROM run_task \
                     WHERE run_id = ? AND number = ? AND token = ? AND state = 'done' AND outcome IS NOT NULL";
        let is_ours = sql::one(transaction, ended, key).await?.is_some();
        Ok(if is_ours { EndTask::Recorded } else { EndTask::TakenOver })
    }
}
