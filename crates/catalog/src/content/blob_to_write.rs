//! Whether a blob has to be written, and at which generation.

use std::collections::HashSet;

use portolan_oci::Digest;

use super::Content;
use super::blob_state::BlobState;
use crate::{CatalogError, sql, stored};

/// What a writer of a blob finds. It is looked at without a lock: what is true at the end,
/// [`commit_blobs`](Content::commit_blobs) says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobToWrite {
    /// Its bytes are there: whoever has proven to have them too may link it without writing.
    Present {
        /// Their number.
        size: u64,
    },
    /// They are to be written.
    Absent {
        /// The generation at which.
        generation: u64,
    },
}

impl Content {
    /// Whether the bytes of this blob are there, in whatever repository.
    ///
    /// # Errors
    /// As any read.
    pub async fn blob_to_write(&self, digest: &Digest) -> Result<BlobToWrite, CatalogError> {
        let sql = "SELECT state, size, generation FROM content_blob WHERE digest = ?";
        let row = sql::one(&self.readers().await?, sql, [digest.to_stored().into()]).await?;
        row.map_or(Ok(BlobToWrite::Absent { generation: 0 }), |row| BlobToWrite::read(&row))
    }

    /// Those of these blobs whose bytes are there, in whatever repository.
    ///
    /// # Errors
    /// As any read.
    pub async fn blobs_present(&self, digests: &[Digest]) -> Result<HashSet<Digest>, CatalogError> {
        let readers = self.readers().await?;
        let mut present = HashSet::new();
        for chunk in digests.chunks(stored::CHUNK) {
            let (marks, values) = sql::list(sql::digests(chunk));
            let sql =
                format!("SELECT state, size, generation, digest FROM content_blob WHERE digest IN ({marks})");
            for row in sql::all(&readers, &sql, values).await? {
                if let BlobToWrite::Present { .. } = BlobToWrite::read(&row)? {
                    present.insert(row.digest(3)?);
                }
            }
        }
        Ok(present)
    }
}

impl BlobToWrite {
    /// From state, size and generation.
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        if BlobState::read(row.get(0)?)?.has_bytes() {
            return Ok(Self::Present { size: row.count(1, "size")? });
        }
        Ok(Self::Absent { generation: row.count(2, "generation")?.saturating_add(1) })
    }
}
