//! Having run a mirror.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

use super::entities::{failure, run};
use super::lease::hold_mirror;
use super::release::give_back;
use super::{FailedImage, RunId, RunLease, RunOutcome, RunTotals, Runs};
use crate::database::{self, Lock};
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// What a run has to tell at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// How it ended.
    pub outcome: RunOutcome,
    /// What it did, in numbers.
    pub totals: RunTotals,
    /// The images that failed.
    pub failures: Vec<FailedImage>,
}

/// What became of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// It is written down, and the mirror is free.
    Recorded,
    /// The lease had ended and the mirror was taken over: the run stays noted as interrupted.
    TakenOver,
}

struct EndRun {
    run: RunId,
    mirror: String,
    report: RunReport,
    lock: Arc<Lock>,
}

impl Runs {
    /// Writes the report of a run down and gives its lease back, in one write.
    ///
    /// # Errors
    /// [`CatalogError::OutOfRange`] if a number is beyond all counting; else as any write.
    pub async fn end_run(&self, lease: &RunLease, report: RunReport) -> Result<RunEnd, CatalogError> {
        let RunLease { run, mirror, lock, .. } = lease;
        let operation = EndRun { run: *run, mirror: mirror.clone(), report, lock: Arc::clone(lock) };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for EndRun {
    type Reply = RunEnd;
    const NAME: &'static str = "end_run";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RunEnd, CatalogError> {
        hold_mirror(transaction, &self.mirror).await?;
        let row = run::ActiveModel {
            ended_at: Set(Some(database::now(transaction).await?)),
            outcome: Set(Some(self.report.outcome.name().to_owned())),
            ..self.report.totals.row()?
        };
        let ended = run::Entity::update_many()
            .set(row)
            .filter(run::Column::Id.eq(self.run.get()))
            .filter(run::Column::EndedAt.is_null())
            .exec(transaction)
            .await
            .map_err(CatalogError::database)?;
        if ended.rows_affected == 0 {
            return Ok(RunEnd::TakenOver);
        }
        self.add_failures(transaction).await?;
        give_back(transaction, self.run, &self.lock).await?;
        Ok(RunEnd::Recorded)
    }
}

impl EndRun {
    async fn add_failures(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let mut numbers = 0_i64..;
        for chunk in self.report.failures.chunks(stored::CHUNK) {
            // The other way round a number would be lost at the end of each.
            let rows = chunk.iter().zip(numbers.by_ref()).map(|(failed, number)| failure::ActiveModel {
                run_id: Set(self.run.get()),
                number: Set(number),
                source: Set(stored::text(&failed.source)),
                target: Set(stored::text(&failed.target)),
                cause: Set(stored::text(&failed.cause)),
                retryable: Set(failed.is_retryable),
            });
            failure::Entity::insert_many(rows)
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
