//! Runs that are to end before they are done.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::{RunId, Runs};
use crate::access::audit::{self, Actor};
use crate::sql::{Insert, There};
use crate::writer::Operation;
use crate::{AuditAction, CatalogError, sql, stored};

/// That somebody cancelled a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelledRun {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
}

/// Whether a run could be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelRun {
    /// Who runs it ends it as soon as he sees that. Cancelled before, it is as it was.
    Asked,
    /// It has ended.
    Ended,
    /// There is none.
    NoSuchRun,
}

struct Cancel {
    run: RunId,
    by: Actor,
    now: i64,
}

const CANCELLED: Insert<3> = Insert {
    table: "cancelled_run",
    columns: ["run_id", "cancelled_at", "cancelled_by"],
    there: There::Stays(&["run_id"]),
};

/// What a run is begun for.
const FORGOTTEN: [&str; 2] = [
    "DELETE FROM asked_run WHERE mirror = ? AND asked_at <= ?",
    "DELETE FROM awaited_image WHERE mirror = ? AND told_at <= ?",
];

impl Runs {
    /// Has a run end. What it brought stays, and nobody goes on with it: what its mirror was asked and told until now is
    /// forgotten.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn cancel_run(&self, run: RunId, by: &str) -> Result<CancelRun, CatalogError> {
        self.writer.write(Cancel { run, by: Actor::new(by), now: stored::now() }).await
    }

    /// Whether a run was cancelled.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn cancelled(&self, run: RunId) -> Result<Option<CancelledRun>, CatalogError> {
        let sql = "SELECT cancelled_at, cancelled_by FROM cancelled_run WHERE run_id = ?";
        let row = sql::one(&self.opening.readers().await?, sql, [run.get().into()]).await?;
        row.map(|row| Ok(CancelledRun { at: row.time(0)?, by: row.get(1)? })).transpose()
    }
}

#[async_trait]
impl Operation for Cancel {
    type Reply = CancelRun;
    const NAME: &'static str = "cancel_run";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<CancelRun, CatalogError> {
        let (sql, id) = ("SELECT mirror, ended_at FROM run WHERE id = ?", self.run.get());
        let rows = sql::lock(transaction, sql, [id.into()]).await?;
        let Some(row) = rows.first() else { return Ok(CancelRun::NoSuchRun) };
        if row.get::<Option<i64>>(1)?.is_some() {
            return Ok(CancelRun::Ended);
        }
        let there = "SELECT run_id FROM cancelled_run WHERE run_id = ?";
        if sql::one(transaction, there, [id.into()]).await?.is_none() {
            CANCELLED.rows(transaction, vec![[id.into(), self.now.into(), self.by.as_str().into()]]).await?;
            let (mirror, detail) = (row.get::<String>(0)?, format!("run {id}"));
            for sql in FORGOTTEN {
                sql::execute(transaction, sql, [mirror.as_str().into(), self.now.into()]).await?;
            }
            audit::write(transaction, self.now, &self.by, (AuditAction::CancelRun, &mirror, &detail)).await?;
        }
        Ok(CancelRun::Asked)
    }
}
