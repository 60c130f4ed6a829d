//! Packs whose files may be removed, and those whose files are.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::{DatabaseTransaction, Value};

use super::super::{Content, PackName};
use crate::writer::Operation;
use crate::{CatalogError, sql};

/// State of a pack in which no blob is any more.
pub(super) const RETIRED: i64 = 2;

struct Forget(PackName);

pub(in crate::content) const RETIRED_BEFORE: &str =
    "SELECT name FROM content_pack WHERE state = ? AND state_at < ? AND name > ? ORDER BY name LIMIT ?";

impl Content {
    /// Packs that were retired before this time, in the order of their names, after this one, up to so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn retired_packs(
        &self,
        before: Timestamp,
        after: Option<&PackName>,
        limit: u32,
    ) -> Result<Vec<PackName>, CatalogError> {
        let values = [
            RETIRED.into(),
            before.as_microsecond().into(),
            after.map_or("", PackName::as_str).into(),
            i64::from(limit).into(),
        ];
        let rows = sql::all(&self.readers().await?, RETIRED_BEFORE, values).await?;
        rows.iter().map(|row| row.parsed(0, "pack")).collect()
    }

    /// Forgets a retired pack, whose file is removed.
    ///
    /// # Errors
    /// As any write.
    pub async fn forget_pack(&self, pack: &PackName) -> Result<(), CatalogError> {
        self.writer.write(Forget(pack.clone())).await
    }
}

#[async_trait]
impl Operation for Forget {
    type Reply = ();
    const NAME: &'static str = "forget_pack";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let retired = "SELECT id FROM content_pack WHERE name = ? AND state = ?";
        let values: [Value; 2] = [self.0.as_str().into(), RETIRED.into()];
        let Some(row) = sql::one(transaction, retired, values).await? else { return Ok(()) };
        let id: i64 = row.get(0)?;
        // Of blobs that are gone or damaged.
        let left = "UPDATE content_blob SET pack_id = NULL, pack_offset = NULL WHERE pack_id = ?";
        sql::execute(transaction, left, [id.into()]).await?;
        sql::delete_by_id(transaction, "content_pack", [id.into()]).await.map(drop)
    }
}
