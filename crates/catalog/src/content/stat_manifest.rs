//! What a manifest is, without its bytes.

use portolan_oci::{Digest, MediaType, RepositoryName, TagOrDigest};

use super::Content;
use crate::{CatalogError, sql};

/// What a manifest is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestStat {
    /// Its digest.
    pub digest: Digest,
    /// Its type.
    pub media_type: MediaType,
    /// Its size in bytes.
    pub size: u64,
}

/// The tag's row has all that is asked for.
pub(super) const BY_TAG: &str = "SELECT t.digest, t.media_type, t.size FROM content_repository r \
    JOIN content_tag t ON t.repository_id = r.id AND t.name = ? WHERE r.name = ?";

pub(super) const BY_DIGEST: &str = "SELECT m.digest, m.media_type, m.size FROM content_repository r \
    JOIN content_manifest m ON m.repository_id = r.id AND m.digest = ? AND m.deleted_at IS NULL \
    WHERE r.name = ?";

impl Content {
    /// What this reference names in the repository, if anything.
    ///
    /// # Errors
    /// As any read.
    pub async fn stat_manifest(
        &self,
        repository: &RepositoryName,
        reference: &TagOrDigest,
    ) -> Result<Option<ManifestStat>, CatalogError> {
        let (sql, key) = match reference {
            TagOrDigest::Tag(tag) => (BY_TAG, tag.as_str().into()),
            TagOrDigest::Digest(digest) => (BY_DIGEST, digest.to_stored().into()),
        };
        let row = sql::one(&self.readers().await?, sql, [key, repository.as_str().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(ManifestStat {
            digest: row.digest(0)?,
            media_type: row.parsed(1, "media type")?,
            size: row.count(2, "size")?,
        }))
    }
}
