//! All blobs whose bytes are there.

use portolan_oci::Digest;

use super::blob_state::BlobState;
use super::{BlobPlace, Content};
use crate::{CatalogError, sql};

/// A blob whose bytes are there, whoever may read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobWithBytes {
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Which writing of the blob it is.
    pub generation: u64,
    /// Where its bytes are.
    pub place: BlobPlace,
}

const BLOBS: &str = "SELECT b.digest, b.size, b.generation, p.name, b.pack_offset FROM content_blob b \
    LEFT JOIN content_pack p ON p.id = b.pack_id \
    WHERE b.digest > ? AND b.state IN (?, ?) ORDER BY b.digest LIMIT ?";

impl Content {
    /// Blobs whose bytes are there, in the order of their digests, after this one, up to so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn blobs_with_bytes(
        &self,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<BlobWithBytes>, CatalogError> {
        let values = [
            after.map(Digest::to_stored).unwrap_or_default().into(),
            BlobState::Live.number().into(),
            BlobState::Condemned.number().into(),
            i64::from(limit).into(),
        ];
        let rows = sql::all(&self.readers().await?, BLOBS, values).await?;
        let read = |row: &sql::Row| {
            let generation = row.count(2, "generation")?;
            let place = match row.get::<Option<String>>(3)? {
                None => BlobPlace::File { generation },
                Some(_) => {
                    BlobPlace::Packed { pack: row.parsed(3, "pack")?, offset: row.count(4, "offset")? }
                }
            };
            Ok(BlobWithBytes { digest: row.digest(0)?, size: row.count(1, "size")?, generation, place })
        };
        rows.iter().map(read).collect()
    }
}
