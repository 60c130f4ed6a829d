//! References that name nothing any more.

use async_trait::async_trait;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::entities::tree;
use super::{Journal, Place, place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

struct ForgetTrees {
    place: Place,
    references: Vec<String>,
}

impl Journal {
    /// Forgets in one write what these references of the place were seen to name; those that were not noted are
    /// passed over.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn forget_trees(&self, place: &Place, references: &[&str]) -> Result<(), CatalogError> {
        let references = references.iter().map(|reference| (*reference).to_owned()).collect();
        self.writer.write(ForgetTrees { place: place.clone(), references }).await
    }
}

#[async_trait]
impl Operation for ForgetTrees {
    type Reply = ();
    const NAME: &'static str = "forget_trees";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let Some(place_id) = place::find_id(transaction, &self.place).await? else { return Ok(()) };
        for chunk in self.references.chunks(stored::CHUNK) {
            tree::Entity::delete_many()
                .filter(tree::Column::PlaceId.eq(place_id))
                .filter(tree::Column::Reference.is_in(chunk))
                .exec(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
