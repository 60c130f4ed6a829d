//! Condemned no more.

use async_trait::async_trait;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::Condemned;
use super::entities::tag;
use crate::journal::place;
use crate::writer::Operation;
use crate::{CatalogError, Place, stored};

struct Spare {
    place: Place,
    tags: Vec<String>,
}

impl Condemned {
    /// Notes in one write that these tags of the place are not to be deleted (any more): they are wanted
    /// again, were moved, or are gone. Those that were not condemned are passed over.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn spare(&self, place: &Place, tags: &[&str]) -> Result<(), CatalogError> {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        self.writer.write(Spare { place: place.clone(), tags }).await
    }
}

#[async_trait]
impl Operation for Spare {
    type Reply = ();
    const NAME: &'static str = "spare";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let Some(place_id) = place::find_id(transaction, &self.place).await? else { return Ok(()) };
        for chunk in self.tags.chunks(stored::CHUNK) {
            tag::Entity::delete_many()
                .filter(tag::Column::PlaceId.eq(place_id))
                .filter(tag::Column::Tag.is_in(chunk))
                .exec(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
