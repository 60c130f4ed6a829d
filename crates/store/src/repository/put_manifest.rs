//! Taking a manifest.

use portolan_catalog::{By, Children, NewManifest, PutManifest};
use portolan_oci::{RawManifest, Tag};

use super::StoreRepository;
use crate::{SparseIndexes, StoreResult};

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
        self.store().watermark().check().await?;
        let children = match self.store().settings().sparse_indexes {
            SparseIndexes::Refused => Children::Required,
            SparseIndexes::Allowed => Children::MayBeAbsent,
        };
        let new = NewManifest { raw: manifest.clone(), tags: tags.to_vec(), children };
        let put = self.content().put_manifest(&self.name, &new, by).await?;
        if let PutManifest::Stored(stored) = &put {
            self.record_put(manifest, stored, by).await?;
        }
        Ok(put)
    }
}
