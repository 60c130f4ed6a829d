//! Forgetting blobs that are gone for so long that no removal of their file can be under way any more.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::{DatabaseTransaction, Value};

use super::super::Content;
use super::super::blob_state::BlobState;
use super::BATCH;
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

struct Forget {
    digests: Vec<Digest>,
    before: Timestamp,
}

const GONE: &str = "SELECT digest FROM content_blob WHERE state = ? AND state_at < ? ORDER BY digest LIMIT ?";

impl Content {
    /// Forgets blobs that are gone since before this time, up to 256, and says how many: none is left when there
    /// were none. Their generations begin anew: the time has to be longer ago than a removal can be late.
    ///
    /// # Errors
    /// As any write.
    pub async fn forget_blobs(&self, gone_before: Timestamp) -> Result<u64, CatalogError> {
        let limit = stored::count("number of blobs", BATCH as u64)?;
        let values = [BlobState::Gone.number().into(), gone_before.as_microsecond().into(), limit.into()];
        let rows = sql::all(&self.readers().await?, GONE, values).await?;
        let digests: Vec<Digest> = rows.iter().map(|row| row.digest(0)).collect::<Result<_, _>>()?;
        if digests.is_empty() {
            return Ok(0);
        }
        self.writer.write(Forget { digests, before: gone_before }).await
    }
}

#[async_trait]
impl Operation for Forget {
    type Reply = u64;
    const NAME: &'static str = "forget_blobs";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let (marks, list) = sql::list(sql::digests(&self.digests));
        let sql =
            format!("DELETE FROM content_blob WHERE state = ? AND state_at < ? AND digest IN ({marks})");
        let mut values: Vec<Value> =
            vec![BlobState::Gone.number().into(), self.before.as_microsecond().into()];
        values.extend(list);
        sql::execute(transaction, &sql, values).await
    }
}
