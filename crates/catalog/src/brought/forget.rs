//! Names that are a mirror's no more.

use async_trait::async_trait;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::Brought;
use super::entities::{names, tag};
use crate::database::hold;
use crate::journal::place;
use crate::writer::Operation;
use crate::{CatalogError, Place, stored};

struct ForgetBrought {
    mirror: String,
    place: Place,
    tags: Vec<String>,
}

impl Brought {
    /// Forgets in one write that the mirror has brought these tags: they were deleted, or somebody else has
    /// moved them. Those that were not noted are passed over.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn forget(&self, mirror: &str, place: &Place, tags: &[&str]) -> Result<(), CatalogError> {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        self.writer.write(ForgetBrought { mirror: mirror.to_owned(), place: place.clone(), tags }).await
    }
}

#[async_trait]
impl Operation for ForgetBrought {
    type Reply = ();
    const NAME: &'static str = "forget_brought";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        hold(transaction, &format!("brought:{}", self.mirror)).await?;
        let Some(place_id) = place::find_id(transaction, &self.place).await? else { return Ok(()) };
        // What is noted is no longer all that it was.
        names::Entity::delete_by_id(self.mirror.clone())
            .exec(transaction)
            .await
            .map_err(CatalogError::database)?;
        for chunk in self.tags.chunks(stored::CHUNK) {
            tag::Entity::delete_many()
                .filter(tag::Column::Mirror.eq(&self.mirror))
                .filter(tag::Column::PlaceId.eq(place_id))
                .filter(tag::Column::Tag.is_in(chunk))
                .exec(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
