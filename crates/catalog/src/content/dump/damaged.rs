//! All blobs that are damaged.

use jiff::Timestamp;
use portolan_oci::Digest;

use super::super::blob_state::BlobState;
use super::super::{BlobGeneration, Content};
use super::page;
use crate::{CatalogError, sql};

const DAMAGED: &str = "SELECT digest, generation, state_at FROM content_blob \
    WHERE state = ? AND digest > ? ORDER BY digest LIMIT ?";

impl Content {
    /// A page of the blobs that are damaged, and since when, those after this digest; empty behind the last.
    ///
    /// # Errors
    /// As any read.
    pub async fn dump_damaged(
        &self,
        after: Option<&Digest>,
    ) -> Result<Vec<(BlobGeneration, Timestamp)>, CatalogError> {
        let beyond = after.map(Digest::to_stored).unwrap_or_default();
        let values = [BlobState::Damaged.number().into(), beyond.into(), page().into()];
        let rows = sql::all(&self.readers().await?, DAMAGED, values).await?;
        let read = |row: &sql::Row| {
            let blob = BlobGeneration { digest: row.digest(0)?, generation: row.count(1, "generation")? };
            Ok((blob, row.time(2)?))
        };
        rows.iter().map(read).collect()
    }
}
