//! Runs of which somebody wants that to be done which they did not.

use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, Value};

use super::ask::ask;
use super::{AskedRun, RunId, RunOutcome, Runs};
use crate::access::audit::Actor;
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// Whether a run could be retried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryRun {
    /// Its mirror is run as soon as it can be: for what failed, or, if it is not known what was not done, for all images.
    Asked {
        /// The mirror.
        mirror: String,
        /// The wish.
        asked: AskedRun,
    },
    /// It cannot.
    Not(NotRetried),
    /// There is none.
    NoSuchRun,
}

/// Why a run cannot be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRetried {
    /// It has not ended.
    #[error("it goes on")]
    GoesOn,
    /// Its mirror was run since.
    #[error("the run {0} came after it: retry that")]
    CameAfter(RunId),
    /// All was done.
    #[error("nothing failed in it")]
    NothingFailed,
}

struct Retry {
    run: RunId,
    by: Actor,
    now: i64,
}

impl Runs {
    /// Has what a run did not do be done as soon as it can be. Only the last run of a mirror can be retried: what failed
    /// earlier failed in that one, too, or was done since.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn retry_run(&self, run: RunId, by: &str) -> Result<RetryRun, CatalogError> {
        self.writer.write(Retry { run, by: Actor::new(by), now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for Retry {
    type Reply = RetryRun;
    const NAME: &'static str = "retry_run";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RetryRun, CatalogError> {
        let run: Value = self.run.get().into();
        let one = "SELECT mirror, outcome FROM run WHERE id = ?";
        let Some(row) = sql::one(transaction, one, [run.clone()]).await? else {
            return Ok(RetryRun::NoSuchRun);
        };
        let (mirror, outcome) = (row.get::<String>(0)?, row.get::<Option<String>>(1)?);
        let last = "SELECT id FROM run WHERE mirror = ? ORDER BY id DESC LIMIT 1";
        let last = sql::one(transaction, last, [mirror.as_str().into()]).await?;
        if let Some(last) =
            last.map(|row| row.get::<i64>(0)).transpose()?.filter(|last| *last != self.run.get())
        {
            return Ok(RetryRun::Not(NotRetried::CameAfter(RunId::new(last))));
        }
        let Some(outcome) = outcome else { return Ok(RetryRun::Not(NotRetried::GoesOn)) };
        // Not by its numbers: a run of some images has those that failed before and still do, and does not count them.
        let some = "SELECT number FROM run_failure WHERE run_id = ? LIMIT 1";
        let failed = sql::one(transaction, some, [run]).await?.is_some();
        let retries = match RunOutcome::read(&outcome)? {
            RunOutcome::Interrupted => None,
            _ if failed => Some(self.run),
            RunOutcome::Failed => None,
            RunOutcome::Done | RunOutcome::Partly => return Ok(RetryRun::Not(NotRetried::NothingFailed)),
        };
        let asked = ask(transaction, (&mirror, retries), (&self.by, self.now)).await?;
        Ok(RetryRun::Asked { mirror, asked })
    }
}
