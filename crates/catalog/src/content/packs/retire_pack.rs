//! Packs in which no blob is any more.

use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, Value};

use super::super::blob_state::BlobState;
use super::super::commit_blobs::SEALED;
use super::super::{Content, PackName};
use super::retired_packs::RETIRED;
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of a pack that was to be retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetirePack {
    /// No blob is in it, and none will be: its file may be removed.
    Retired,
    /// Blobs are in it, or it was retired before.
    Stays,
}

struct Retire(PackName);

impl Content {
    /// Retires a pack if no blob with bytes is in it.
    ///
    /// # Errors
    /// As any write.
    pub async fn retire_pack(&self, pack: &PackName) -> Result<RetirePack, CatalogError> {
        self.writer.write(Retire(pack.clone())).await
    }
}

#[async_trait]
impl Operation for Retire {
    type Reply = RetirePack;
    const NAME: &'static str = "retire_pack";

    /// Blobs come into a pack in the transaction that seals it, or in one of those that move them there while the
    /// collector has the pack in its hands. So what is seen here stays true.
    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RetirePack, CatalogError> {
        let sealed = "SELECT id FROM content_pack WHERE name = ? AND state = ?";
        let values: [Value; 2] = [self.0.as_str().into(), SEALED.into()];
        let locked = sql::lock(transaction, sealed, values).await?;
        let Some(id) = locked.first().map(|row| row.get::<i64>(0)).transpose()? else {
            return Ok(RetirePack::Stays);
        };
        let inside = "SELECT 1 FROM content_blob WHERE pack_id = ? AND state IN (?, ?) LIMIT 1";
        let values = [id.into(), BlobState::Live.number().into(), BlobState::Condemned.number().into()];
        if sql::one(transaction, inside, values).await?.is_some() {
            return Ok(RetirePack::Stays);
        }
        let retired = "UPDATE content_pack SET state = ?, state_at = ? WHERE id = ?";
        sql::execute(transaction, retired, [RETIRED.into(), stored::now().into(), id.into()]).await?;
        Ok(RetirePack::Retired)
    }
}
