//! What a tag named, and going back to it.

use portolan_catalog::{By, RollBack, RollBackTo, RolledBack, TagEvent};
use portolan_oci::Tag;

use super::StoreRepository;
use crate::StoreResult;

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
        let children = self.store().settings().sparse_indexes.children();
        let (to, by) = (RollBack { tag: tag.clone(), to, children }, self.through_here(by));
        let repository = self.clone();
        self.to_its_end(async move {
            let became = repository.content().roll_back(&repository.name, &to, &by).await?;
            match &became {
                RolledBack::Stored { stored, image, children } => {
                    repository.record_rolled_back(&to.tag, (image, children), stored, &by).await?;
                }
                RolledBack::Unchanged => repository.store().recorder().settle().await?,
                RolledBack::NeverNamed | RolledBack::NotKept(_) => {}
            }
            Ok(became)
        })
        .await
    }
}
