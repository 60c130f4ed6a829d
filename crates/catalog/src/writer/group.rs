//! One group of operations, one commit: how a database is written that lets one writer in at a time.

use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};

use super::job::Job;
use super::stats::Counters;
use crate::{CatalogError, database};

pub(super) type Jobs = Vec<Box<dyn Job>>;

/// Why a group was rolled back.
enum Setback {
    /// One of its operations failed; the others may still succeed.
    Operation,
    /// The database failed; so do all.
    Group(CatalogError),
}

/// Runs and commits the operations, then acknowledges them.
///
/// They first run together, as nearly always all succeed. If one fails the group is rolled back and run
/// once more, now each behind a savepoint of its own.
pub(super) async fn write(database: &DatabaseConnection, mut jobs: Jobs, counters: &Counters) {
    let outcomes = match together(database, &mut jobs).await {
        Ok(()) => Ok(vec![Ok(()); jobs.len()]),
        Err(Setback::Operation) => apart(database, &mut jobs).await,
        Err(Setback::Group(error)) => Err(error),
    };
    match outcomes {
        Ok(outcomes) => acknowledge(jobs, outcomes, counters),
        Err(error) => refuse(jobs, &error, counters),
    }
}

/// Tells each what became of it, after the commit.
pub(super) fn acknowledge(
    jobs: Jobs,
    outcomes: impl IntoIterator<Item = Result<(), CatalogError>>,
    counters: &Counters,
) {
    Counters::add(&counters.commits, 1);
    for (job, outcome) in jobs.into_iter().zip(outcomes) {
        let counter = if outcome.is_ok() { &counters.operations } else { &counters.failed };
        Counters::add(counter, 1);
        job.acknowledge(outcome);
    }
}

/// Tells all of them that they failed.
pub(super) fn refuse(jobs: Jobs, error: &CatalogError, counters: &Counters) {
    for job in jobs {
        Counters::add(&counters.failed, 1);
        job.acknowledge(Err(error.clone()));
    }
}

async fn together(database: &DatabaseConnection, jobs: &mut Jobs) -> Result<(), Setback> {
    let transaction = database::begin(database).await.map_err(Setback::Group)?;
    for job in jobs {
        if job.run(&transaction).await.is_err() {
            // If the database failed and not the operation, the second attempt will say so.
            let _ = transaction.rollback().await;
            return Err(Setback::Operation);
        }
    }
    transaction.commit().await.map_err(|error| Setback::Group(CatalogError::database(error)))
}

async fn apart(
    database: &DatabaseConnection,
    jobs: &mut Jobs,
) -> Result<Vec<Result<(), CatalogError>>, CatalogError> {
    let transaction = database::begin(database).await?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        outcomes.push(behind_savepoint(&transaction, job.as_mut()).await?);
    }
    transaction.commit().await.map_err(CatalogError::database)?;
    Ok(outcomes)
}

/// The outer result is that of the database, the inner that of the operation.
async fn behind_savepoint(
    transaction: &DatabaseTransaction,
    job: &mut dyn Job,
) -> Result<Result<(), CatalogError>, CatalogError> {
    let savepoint = transaction.begin().await.map_err(CatalogError::database)?;
    let outcome = job.run(&savepoint).await;
    match &outcome {
        Ok(()) => savepoint.commit().await.map_err(CatalogError::database)?,
        // A fault that SQLite answers by ending the transaction leaves no savepoint to go back to.
        Err(error) => savepoint.rollback().await.map_err(|_| error.clone())?,
    }
    Ok(outcome)
}
