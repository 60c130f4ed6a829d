//! Which files of blobs the catalogue names.

use std::collections::HashSet;

use super::super::Content;
use super::super::blob_state::BlobState;
use super::BlobGeneration;
use crate::{CatalogError, sql, stored};

impl Content {
    /// Of these files, those that a blob's row names, or that are still to be removed. Any other is a stray, if
    /// nobody is between placing a file and committing it.
    ///
    /// # Errors
    /// As any read.
    pub async fn named_blobs(
        &self,
        files: &[BlobGeneration],
    ) -> Result<HashSet<BlobGeneration>, CatalogError> {
        let readers = self.readers().await?;
        let asked: HashSet<BlobGeneration> = files.iter().copied().collect();
        let mut named = HashSet::new();
        for chunk in files.chunks(stored::CHUNK) {
            let (marks, mut values) = sql::list(sql::digests(chunk.iter().map(|file| &file.digest)));
            let sql = format!(
                "SELECT digest, generation FROM content_blob \
                 WHERE digest IN ({marks}) AND pack_id IS NULL AND state IN (?, ?, ?)"
            );
            let states = [BlobState::Live, BlobState::Condemned, BlobState::Deleting];
            values.extend(states.map(|state| state.number().into()));
            for row in sql::all(&readers, &sql, values).await? {
                let file = BlobGeneration { digest: row.digest(0)?, generation: row.count(1, "generation")? };
                if asked.contains(&file) {
                    named.insert(file);
                }
            }
        }
        Ok(named)
    }
}
