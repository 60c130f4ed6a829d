//! Taking a manifest.

use portolan_catalog::{By, NewManifest, PutManifest};
use portolan_oci::{RawManifest, Tag};

use super::StoreRepository;
use crate::StoreResult;

impl StoreRepository {
    /// Takes a manifest, byte for byte, and points these tags at it: all or nothing. What it names must be here.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`](crate::StoreError::NoRoom); if the catalogue or the storage fails.
    pub async fn put_manifest(
        &self,
        manifest: &RawManifest,
        tags: &[Tag],
        by: &By,
    ) -> StoreResult<PutManifest> {
        self.store().takes_content().await?;
        let children = self.store().settings().sparse_indexes.children();
        let new = NewManifest { raw: manifest.clone(), tags: tags.to_vec(), children };
        let (repository, by) = (self.clone(), self.through_here(by));
        self.to_its_end(async move {
            let put = repository.content().put_manifest(&repository.name, &new, &by).await?;
            match &put {
                PutManifest::Stored(stored) => repository.record_put(&new.raw, stored, &by).await?,
                // It may be there by a push that was committed and not recorded.
                PutManifest::Unchanged => repository.store().recorder().settle().await?,
                PutManifest::Missing(_) => {}
            }
            Ok(put)
        })
        .await
    }
}
