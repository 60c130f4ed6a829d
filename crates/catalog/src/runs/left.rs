//! Mirrors whose run was left by a process that is gone.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::lease::{hold_mirror, lease_of};
use super::release::{give_back, interrupt};
use super::{RunId, Runs};
use crate::database::{Holder, Lock};
use crate::writer::Operation;
use crate::{CatalogError, database, sql};

struct EndLeft {
    mirror: String,
    lock: Arc<Lock>,
}

impl Runs {
    /// Whether somebody began to run the mirror, did not end it, and was not heard of for as long as its lease lasted.
    /// In an SQLite file that is not told: the next process that begins finds it out.
    ///
    /// # Errors
    /// As any read.
    pub async fn is_left(&self, mirror: &str) -> Result<bool, CatalogError> {
        let readers = self.opening.readers().await?;
        if database::is_serial(&readers) {
            return Ok(false);
        }
        let lease = "SELECT expires_at FROM run_lease WHERE mirror = ?";
        let Some(row) = sql::one(&readers, lease, [mirror.into()]).await? else { return Ok(false) };
        Ok(row.get::<i64>(0)? <= database::now(&readers).await?)
    }

    /// Notes the run of a mirror as interrupted, if whoever began it is gone: the kernel says so, or he was not heard of for
    /// as long as his lease lasted. Where neither is so, nothing changes.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn end_left(&self, mirror: &str) -> Result<(), CatalogError> {
        let lock = Arc::new(self.opening.connections().await?.locks.lock(mirror));
        self.writer.write(EndLeft { mirror: mirror.to_owned(), lock }).await
    }
}

#[async_trait]
impl Operation for EndLeft {
    type Reply = ();
    const NAME: &'static str = "end_left_run";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        hold_mirror(transaction, &self.mirror).await?;
        let now = database::now(transaction).await?;
        let Some(holder) = lease_of(transaction, &self.mirror).await? else { return Ok(()) };
        let is_gone = match self.lock.take() {
            Holder::Us => true,
            Holder::Another => false,
            Holder::Unknown => holder.expires_at <= now,
        };
        if is_gone {
            let run = RunId::new(holder.run_id);
            interrupt(transaction, run, holder.expires_at.min(now)).await?;
            give_back(transaction, run, &self.lock).await?;
        }
        Ok(())
    }
}
