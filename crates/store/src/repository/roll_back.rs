//! What a tag named, and going back to it.

use portolan_catalog::{By, Children, RollBack, RollBackTo, RolledBack, TagEvent};
use portolan_oci::Tag;

use super::StoreRepository;
use crate::{SparseIndexes, StoreResult};

impl StoreRepository {
    /// What happened to a tag, the last first: up to a hundred events, those before a revision if one is given.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn tag_history(&self, tag: &Tag, before: Option<u64>) -> StoreResult<Vec<TagEvent>> {
        Ok(self.content().tag_history(&self.name, tag, before).await?)
    }

    /// Lets a tag name again what it named before. What was deleted of that image is to be seen again, as far as it
    /// is kept.
    ///
    /// # Errors
    /// If the catalogue or the storage fails.
    pub async fn roll_back(&self, tag: &Tag, to: RollBackTo, by: &By) -> StoreResult<RolledBack> {
        let children = match self.store().settings().sparse_indexes {
            SparseIndexes::Refused => Children::Required,
            SparseIndexes::Allowed => Children::MayBeAbsent,
        };
        let to = RollBack { tag: tag.clone(), to, children };
        let became = self.content().roll_back(&self.name, &to, by).await?;
        if let RolledBack::Stored { stored, image, children } = &became {
            self.record_rolled_back(tag, (image, children), stored, by).await?;
        }
        Ok(became)
    }
}
