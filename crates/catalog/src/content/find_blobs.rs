//! Where many blobs are.

use portolan_oci::{Digest, RepositoryName};

use super::blob_state::BlobState;
use super::{Content, StoredBlob};
use crate::{CatalogError, sql, stored};

impl Content {
    /// Those of these blobs that the repository has a link to and whose bytes are there, in no order.
    ///
    /// # Errors
    /// As any read.
    pub async fn find_blobs(
        &self,
        repository: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<StoredBlob>, CatalogError> {
        let readers = self.readers().await?;
        let mut found = Vec::with_capacity(digests.len());
        for chunk in digests.chunks(stored::CHUNK) {
            let (marks, list) = sql::list(sql::digests(chunk));
            let sql = format!(
                "SELECT b.size, b.generation, p.name, b.pack_offset, l.linked_at, b.digest \
                 FROM content_repository r JOIN content_link l ON l.repository_id = r.id \
                 JOIN content_blob b ON b.digest = l.digest AND b.state = ? \
                 LEFT JOIN content_pack p ON p.id = b.pack_id WHERE r.name = ? AND l.digest IN ({marks})"
            );
            let mut values = vec![BlobState::Live.number().into(), repository.as_str().into()];
            values.extend(list);
            for row in sql::all(&readers, &sql, values).await? {
                found.push(StoredBlob::read(&row, row.digest(5)?)?);
            }
        }
        Ok(found)
    }
}
