//! What a repository lists: its tags, and what refers to a manifest.

use portolan_catalog::{NamedManifest, ReferrerKey, ReferrerPage, TagPage, TagRange};
use portolan_oci::{Digest, MediaType};

use super::StoreRepository;
use crate::StoreResult;

impl StoreRepository {
    /// Grows by one with each change of its tags or manifests; `None` if there is no such repository.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn revision(&self) -> StoreResult<Option<u64>> {
        let state = self.content().repository_state(&self.name).await?;
        Ok(state.map(|state| state.revision))
    }

    /// Tags in the order of their bytes; `None` if there is no such repository.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn tags(&self, range: &TagRange) -> StoreResult<Option<TagPage>> {
        Ok(self.content().tags(&self.name, range).await?)
    }

    /// Tags with what they name, in the order of their bytes, those behind `after`, up to so many.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn tagged(&self, after: Option<&str>, limit: u32) -> StoreResult<Vec<NamedManifest>> {
        Ok(self.content().tagged(&self.name, after, limit).await?)
    }

    /// What refers to `subject`, of one artifact type or of all, behind `after`.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        after: Option<&ReferrerKey>,
    ) -> StoreResult<ReferrerPage> {
        Ok(self.content().referrers(&self.name, subject, artifact_type, after).await?)
    }
}
