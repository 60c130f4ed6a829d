//! How much of each pack is needed.

use super::super::blob_state::BlobState;
use super::super::commit_blobs::SEALED;
use super::super::{Content, PackName};
use crate::{CatalogError, sql};

/// How much of a pack is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackUse {
    /// Its name.
    pub name: PackName,
    /// Bytes of the objects it was made of.
    pub size: u64,
    /// Bytes of those that are blobs still.
    pub used: u64,
}

/// The names of packs by this, without those that are retired. For the sum, and of which blobs.
pub(in crate::content) fn statement(sum: &str) -> String {
    format!(
        "SELECT p.name, p.size, {sum} FROM content_pack p \
         LEFT JOIN content_blob b ON b.pack_id = p.id AND b.state IN (?, ?) \
         WHERE p.state = ? AND p.name > ? GROUP BY p.id, p.name, p.size ORDER BY p.name LIMIT ?"
    )
}

impl Content {
    /// How much of packs is needed, in the order of their names, after this one, up to so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn packs_in_use(
        &self,
        after: Option<&PackName>,
        limit: u32,
    ) -> Result<Vec<PackUse>, CatalogError> {
        let readers = self.readers().await?;
        let statement = statement(&sql::sum(&readers, "b.size"));
        let values = [
            BlobState::Live.number().into(),
            BlobState::Condemned.number().into(),
            SEALED.into(),
            after.map_or("", PackName::as_str).into(),
            i64::from(limit).into(),
        ];
        let rows = sql::all(&readers, &statement, values).await?;
        let read = |row: &sql::Row| {
            Ok(PackUse {
                name: row.parsed(0, "pack")?,
                size: row.count(1, "size")?,
                used: row.count(2, "sizes of blobs")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
