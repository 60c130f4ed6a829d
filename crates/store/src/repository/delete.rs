//! Deleting.

use portolan_catalog::{By, DeleteManifest, DeleteTag, UnlinkBlob};
use portolan_oci::{Digest, Tag};

use super::StoreRepository;
use crate::StoreResult;

impl StoreRepository {
    /// Deletes a tag; the manifest stays.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn delete_tag(&self, tag: &Tag, by: &By) -> StoreResult<DeleteTag> {
        let deleted = self.content().delete_tag(&self.name, tag, by).await?;
        self.record_tag_deleted(tag, &deleted, by).await?;
        Ok(deleted)
    }

    /// Deletes a manifest with all tags that name it.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn delete_manifest(&self, digest: &Digest, by: &By) -> StoreResult<DeleteManifest> {
        let deleted = self.content().delete_manifest(&self.name, digest, by).await?;
        self.record_manifest_deleted(digest, &deleted, by).await?;
        Ok(deleted)
    }

    /// Takes a blob out of this repository; its bytes go by collection, when no repository has it.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn unlink_blob(&self, digest: &Digest) -> StoreResult<UnlinkBlob> {
        Ok(self.content().unlink_blob(&self.name, digest).await?)
    }
}
