//! Forgetting requests of long ago.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::Requests;
use crate::writer::Operation;
use crate::{CatalogError, sql};

/// Rows that go in one transaction, at most.
const ROWS: i64 = 500;

struct Expire(Vec<Vec<u8>>);

impl Requests {
    /// Forgets requests that were begun before this time: some hundreds at most. Says how many; there may be more as long as
    /// it is not zero.
    ///
    /// # Errors
    /// As any write.
    pub async fn expire(&self, begun_before: Timestamp) -> Result<u64, CatalogError> {
        let readers = self.opening.readers().await?;
        let sql = "SELECT id FROM answered_request WHERE begun_at < ? ORDER BY begun_at LIMIT ?";
        let old = sql::all(&readers, sql, [begun_before.as_microsecond().into(), ROWS.into()]).await?;
        let old: Vec<Vec<u8>> = old.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
        if old.is_empty() { Ok(0) } else { self.writer.write(Expire(old)).await }
    }
}

#[async_trait]
impl Operation for Expire {
    type Reply = u64;
    const NAME: &'static str = "expire_requests";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        sql::delete_by_id(transaction, "answered_request", self.0.iter().cloned().map(Into::into)).await
    }
}
