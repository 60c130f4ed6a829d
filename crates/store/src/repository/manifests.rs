//! Manifests, for reading.

use portolan_catalog::{FoundManifest, ManifestStat};
use portolan_oci::TagOrDigest;

use super::StoreRepository;
use crate::StoreResult;

impl StoreRepository {
    /// What `reference` names; `None` if it is not there.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn stat_manifest(&self, reference: &TagOrDigest) -> StoreResult<Option<ManifestStat>> {
        Ok(self.content().stat_manifest(&self.name, reference).await?)
    }

    /// The manifest that `reference` names; `None` if it is not there.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn find_manifest(&self, reference: &TagOrDigest) -> StoreResult<Option<FoundManifest>> {
        Ok(self.content().find_manifest(&self.name, reference).await?)
    }
}
