//! Which repositories have a blob.

use portolan_oci::{Digest, RepositoryName};

use super::Content;
use super::blob_state::BlobState;
use crate::{CatalogError, sql};

/// Repositories of one answer.
const REPOSITORIES: i64 = 64;

pub(super) const LINKED: &str = "SELECT r.name FROM content_link l \
    JOIN content_blob b ON b.digest = l.digest AND b.state = ? \
    JOIN content_repository r ON r.id = l.repository_id \
    WHERE l.digest = ? ORDER BY l.repository_id LIMIT ?";

impl Content {
    /// The first 64 repositories that have this blob, if its bytes are there.
    ///
    /// # Errors
    /// As any read.
    pub async fn linked_in(&self, digest: &Digest) -> Result<Vec<RepositoryName>, CatalogError> {
        let live = BlobState::Live.number();
        let values = [live.into(), digest.to_stored().into(), REPOSITORIES.into()];
        let rows = sql::all(&self.readers().await?, LINKED, values).await?;
        rows.iter().map(|row| row.parsed(0, "repository")).collect()
    }
}
