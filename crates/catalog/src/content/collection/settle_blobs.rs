//! Blobs whose files are being removed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::{DatabaseTransaction, Value};

use super::super::Content;
use super::super::blob_state::BlobState;
use super::BATCH;
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// One writing of a blob: of each there is at most one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobGeneration {
    /// The blob.
    pub digest: Digest,
    /// Which writing of it.
    pub generation: u64,
}

struct Settle {
    removed: Vec<BlobGeneration>,
    now: i64,
}

pub(in crate::content) const DELETING: &str = "SELECT digest, generation FROM content_blob \
    WHERE state = ? AND digest > ? ORDER BY digest LIMIT ?";

impl Content {
    /// Blobs whose files are to be removed, after this one, up to 256. A generation that is named here is never
    /// read or written again, whatever becomes of the blob: its file may be removed at any time later.
    ///
    /// # Errors
    /// As any read.
    pub async fn deleting_blobs(&self, after: Option<&Digest>) -> Result<Vec<BlobGeneration>, CatalogError> {
        let beyond = after.map(Digest::to_stored).unwrap_or_default();
        let limit = stored::count("number of blobs", BATCH as u64)?;
        let values = [BlobState::Deleting.number().into(), beyond.into(), limit.into()];
        let rows = sql::all(&self.readers().await?, DELETING, values).await?;
        let read = |row: &sql::Row| {
            Ok(BlobGeneration { digest: row.digest(0)?, generation: row.count(1, "generation")? })
        };
        rows.iter().map(read).collect()
    }

    /// Notes that these files are removed. What became of a blob since, if anything did, stays. Says how many
    /// blobs are gone.
    ///
    /// # Errors
    /// As any write.
    pub async fn settle_blobs(&self, removed: &[BlobGeneration]) -> Result<u64, CatalogError> {
        let mut gone = 0;
        for chunk in removed.chunks(BATCH) {
            gone += self.writer.write(Settle { removed: chunk.to_vec(), now: stored::now() }).await?;
        }
        Ok(gone)
    }
}

#[async_trait]
impl Operation for Settle {
    type Reply = u64;
    const NAME: &'static str = "settle_blobs";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let mut generations: BTreeMap<u64, Vec<Digest>> = BTreeMap::new();
        for removed in &self.removed {
            generations.entry(removed.generation).or_default().push(removed.digest);
        }
        let mut gone = 0;
        for (generation, mut digests) in generations {
            digests.sort();
            let (marks, list) = sql::list(sql::digests(&digests));
            let sql = format!(
                "UPDATE content_blob SET state = ?, state_at = ? \
                 WHERE state = ? AND generation = ? AND digest IN ({marks})"
            );
            let mut values: Vec<Value> = vec![
                BlobState::Gone.number().into(),
                self.now.into(),
                BlobState::Deleting.number().into(),
                stored::count("generation", generation)?.into(),
            ];
            values.extend(list);
            gone += sql::execute(transaction, &sql, values).await?;
        }
        Ok(gone)
    }
}
