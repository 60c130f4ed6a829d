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
        let (repository, tag, by) = (self.clone(), tag.clone(), self.through_here(by));
        self.to_its_end(async move {
            let deleted = repository.content().delete_tag(&repository.name, &tag, &by).await?;
            repository.record_tag_deleted(&tag, &deleted, &by).await?;
            Ok(deleted)
        })
        .await
    }

    /// Deletes a manifest with all tags that name it.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn delete_manifest(&self, digest: &Digest, by: &By) -> StoreResult<DeleteManifest> {
        let (repository, digest, by) = (self.clone(), *digest, self.through_here(by));
        self.to_its_end(async move {
            let deleted = repository.content().delete_manifest(&repository.name, &digest, &by).await?;
            repository.record_manifest_deleted(&digest, &deleted, &by).await?;
            Ok(deleted)
        })
        .await
    }

    /// Takes a blob out of this repository; its bytes go by collection, when no repository has it.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn unlink_blob(&self, digest: &Digest) -> StoreResult<UnlinkBlob> {
        self.store().may_write()?;
        Ok(self.content().unlink_blob(&self.name, digest).await?)
    }
}
