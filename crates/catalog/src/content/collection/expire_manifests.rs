//! Removing manifests that were deleted long ago.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::{DatabaseTransaction, Value};

use super::super::Content;
use super::BATCH;
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

struct Expire {
    repositories: BTreeSet<i64>,
    manifests: Vec<i64>,
    before: Timestamp,
}

pub(in crate::content) const DELETED: &str =
    "SELECT id, repository_id FROM content_manifest WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?";

impl Content {
    /// Removes manifests that were deleted before this time, up to 256, and says how many: none is left when there
    /// were none. Tags cannot be rolled back to them any more.
    ///
    /// # Errors
    /// As any write.
    pub async fn expire_manifests(&self, deleted_before: Timestamp) -> Result<u64, CatalogError> {
        let limit = stored::count("number of manifests", BATCH as u64)?;
        let values = [deleted_before.as_microsecond().into(), limit.into()];
        let rows = sql::all(&self.readers().await?, DELETED, values).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let manifests = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
        let repositories = rows.iter().map(|row| row.get(1)).collect::<Result<_, _>>()?;
        self.writer.write(Expire { repositories, manifests, before: deleted_before }).await
    }
}

#[async_trait]
impl Operation for Expire {
    type Reply = u64;
    const NAME: &'static str = "expire_manifests";

    /// Who brings a manifest back locks its repository too.
    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let (marks, ids) = sql::list(self.repositories.iter().map(|id| (*id).into()));
        let repositories = format!("SELECT id FROM content_repository WHERE id IN ({marks}) ORDER BY id");
        sql::lock(transaction, &repositories, ids).await?;
        let (marks, mut values) = sql::list(self.manifests.iter().map(|id| (*id).into()));
        let still = format!("SELECT id FROM content_manifest WHERE id IN ({marks}) AND deleted_at < ?");
        values.push(self.before.as_microsecond().into());
        let rows = sql::all(transaction, &still, values).await?;
        let expired: Vec<i64> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
        if expired.is_empty() {
            return Ok(0);
        }
        let ids = || expired.iter().map(|id| Value::from(*id));
        let (marks, values) = sql::list(ids());
        let parts = format!("DELETE FROM content_part WHERE manifest_id IN ({marks})");
        sql::execute(transaction, &parts, values).await?;
        sql::delete_by_id(transaction, "content_manifest", ids()).await
    }
}
