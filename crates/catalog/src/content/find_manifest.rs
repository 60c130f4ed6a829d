//! A manifest with its bytes.

use bytes::Bytes;
use portolan_oci::{Digest, MediaType, RepositoryName, TagOrDigest};

use super::Content;
use crate::{CatalogError, sql};

/// A manifest as it was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundManifest {
    /// Its digest.
    pub digest: Digest,
    /// Its type.
    pub media_type: MediaType,
    /// Its bytes.
    pub body: Bytes,
}

pub(super) const BY_TAG: &str = "SELECT m.digest, m.media_type, m.body FROM content_repository r \
    JOIN content_tag t ON t.repository_id = r.id AND t.name = ? \
    JOIN content_manifest m ON m.id = t.manifest_id WHERE r.name = ?";

pub(super) const BY_DIGEST: &str = "SELECT m.digest, m.media_type, m.body FROM content_repository r \
    JOIN content_manifest m ON m.repository_id = r.id AND m.digest = ? AND m.deleted_at IS NULL \
    WHERE r.name = ?";

impl Content {
    /// The manifest that this reference names in the repository, if any.
    ///
    /// # Errors
    /// As any read.
    pub async fn find_manifest(
        &self,
        repository: &RepositoryName,
        reference: &TagOrDigest,
    ) -> Result<Option<FoundManifest>, CatalogError> {
        let (sql, key) = match reference {
            TagOrDigest::Tag(tag) => (BY_TAG, tag.as_str().into()),
            TagOrDigest::Digest(digest) => (BY_DIGEST, digest.to_stored().into()),
        };
        let row = sql::one(&self.readers().await?, sql, [key, repository.as_str().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(FoundManifest {
            digest: row.digest(0)?,
            media_type: row.parsed(1, "media type")?,
            body: row.get::<Vec<u8>>(2)?.into(),
        }))
    }
}
