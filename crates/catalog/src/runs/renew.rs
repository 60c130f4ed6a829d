//! Keeping a mirror for longer.

use std::time::Instant;

use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::entities::lease;
use super::lease::{hold_mirror, microseconds};
use super::{RunId, RunLease, Runs};
use crate::writer::Operation;
use crate::{CatalogError, database};

/// What came of renewing a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// It lasts for its whole time again.
    Renewed,
    /// It had ended, and another has it or has had it: this run must change nothing more.
    Lost,
}

struct Renew {
    mirror: String,
    run: RunId,
    lasts: i64,
}

impl Runs {
    /// Renews the lease for the time that it was taken for.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`]. The lease is
    /// then as it was.
    pub async fn renew(&self, lease: &mut RunLease) -> Result<Renewal, CatalogError> {
        let asked = Instant::now();
        let operation =
            Renew { mirror: lease.mirror.clone(), run: lease.run, lasts: microseconds(lease.lasts) };
        let renewal = self.writer.write(operation).await?;
        if renewal == Renewal::Renewed {
            lease.go_on(asked);
        }
        Ok(renewal)
    }
}

#[async_trait]
impl Operation for Renew {
    type Reply = Renewal;
    const NAME: &'static str = "renew_run";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Renewal, CatalogError> {
        hold_mirror(transaction, &self.mirror).await?;
        let now = database::now(transaction).await?;
        let renewed = lease::Entity::update_many()
            .col_expr(lease::Column::ExpiresAt, Expr::value(now.saturating_add(self.lasts)))
            .filter(lease::Column::Mirror.eq(&self.mirror))
            .filter(lease::Column::RunId.eq(self.run.get()))
            .exec(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(if renewed.rows_affected == 0 { Renewal::Lost } else { Renewal::Renewed })
    }
}
