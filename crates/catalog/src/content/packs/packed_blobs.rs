//! What of a pack is needed.

use portolan_oci::Digest;

use super::super::blob_state::BlobState;
use super::super::{Content, PackName};
use crate::{CatalogError, sql};

/// A blob whose bytes are in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedBlob {
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Which writing of the blob it is.
    pub generation: u64,
    /// Where in the pack its bytes begin.
    pub offset: u64,
}

pub(in crate::content) const PACKED: &str = "SELECT b.digest, b.size, b.generation, b.pack_offset \
    FROM content_pack p JOIN content_blob b ON b.pack_id = p.id \
    WHERE p.name = ? AND b.state IN (?, ?) AND b.digest > ? ORDER BY b.digest LIMIT ?";

impl Content {
    /// Blobs whose bytes are in this pack, in the order of their digests, after this one, up to so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn packed_blobs(
        &self,
        pack: &PackName,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<PackedBlob>, CatalogError> {
        let values = [
            pack.as_str().into(),
            BlobState::Live.number().into(),
            BlobState::Condemned.number().into(),
            after.map(Digest::to_stored).unwrap_or_default().into(),
            i64::from(limit).into(),
        ];
        let rows = sql::all(&self.readers().await?, PACKED, values).await?;
        let read = |row: &sql::Row| {
            Ok(PackedBlob {
                digest: row.digest(0)?,
                size: row.count(1, "size")?,
                generation: row.count(2, "generation")?,
                offset: row.count(3, "offset")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
