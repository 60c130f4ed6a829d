//! Giving a mirror back without having run it to the end.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::entities::{lease, run};
use super::lease::hold_mirror;
use super::{RunId, RunLease, RunOutcome, Runs};
use crate::CatalogError;
use crate::database::{self, Lock};
use crate::writer::Operation;

struct Release {
    run: RunId,
    mirror: String,
    lock: Arc<Lock>,
}

impl Runs {
    /// Gives the lease back and notes the run as interrupted, unless another has taken over.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn release(&self, lease: &RunLease) -> Result<(), CatalogError> {
        let RunLease { run, mirror, lock, .. } = lease;
        self.writer.write(Release { run: *run, mirror: mirror.clone(), lock: Arc::clone(lock) }).await
    }
}

#[async_trait]
impl Operation for Release {
    type Reply = ();
    const NAME: &'static str = "release_run";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        hold_mirror(transaction, &self.mirror).await?;
        let now = database::now(transaction).await?;
        interrupt(transaction, self.run, now).await?;
        give_back(transaction, self.run, &self.lock).await
    }
}

/// Notes that a run was interrupted, unless it has ended.
pub(super) async fn interrupt(
    transaction: &DatabaseTransaction,
    run: RunId,
    at: i64,
) -> Result<(), CatalogError> {
    run::Entity::update_many()
        .col_expr(run::Column::EndedAt, Expr::value(at))
        .col_expr(run::Column::Outcome, Expr::value(RunOutcome::Interrupted.name()))
        .filter(run::Column::Id.eq(run.get()))
        .filter(run::Column::EndedAt.is_null())
        .exec(transaction)
        .await
        .map_err(CatalogError::database)?;
    Ok(())
}

/// Ends the lease, if it is still this run's. The lock goes first: before the transaction ends nobody can begin.
pub(super) async fn give_back(
    transaction: &DatabaseTransaction,
    run: RunId,
    lock: &Lock,
) -> Result<(), CatalogError> {
    lock.free();
    lease::Entity::delete_many()
        .filter(lease::Column::RunId.eq(run.get()))
        .exec(transaction)
        .await
        .map_err(CatalogError::database)?;
    Ok(())
}
