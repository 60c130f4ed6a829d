//! Which packs have a row.

use std::collections::HashSet;

use super::super::{Content, PackName};
use crate::{CatalogError, sql, stored};

impl Content {
    /// Those of these packs that are known. The file of another one belongs to a writer that has not committed, or
    /// never will.
    ///
    /// # Errors
    /// As any read.
    pub async fn named_packs(&self, packs: &[PackName]) -> Result<HashSet<PackName>, CatalogError> {
        let readers = self.readers().await?;
        let mut named = HashSet::new();
        for chunk in packs.chunks(stored::CHUNK) {
            let (marks, values) = sql::list(chunk.iter().map(|pack| pack.as_str().into()));
            let sql = format!("SELECT name FROM content_pack WHERE name IN ({marks})");
            for row in sql::all(&readers, &sql, values).await? {
                named.insert(row.parsed(0, "pack")?);
            }
        }
        Ok(named)
    }
}
