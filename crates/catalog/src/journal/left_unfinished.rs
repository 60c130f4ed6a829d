//! Whether an earlier run was interrupted at a place.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, SelectExt as _};

use super::entities::tree;
use super::{Journal, Place, place};
use crate::CatalogError;

impl Journal {
    /// Whether an earlier run has begun something at the place and did not finish it: it may have left blobs
    /// there of which nothing else is noted.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn was_left_unfinished(&self, place: &Place) -> Result<bool, CatalogError> {
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(false) };
        let unfinished = tree::Entity::find()
            .filter(tree::Column::PlaceId.eq(place_id))
            .filter(tree::Column::ConfirmedAt.is_null())
            .filter(tree::Column::StartedAt.lt(self.run_started.as_microsecond()));
        unfinished.exists(&readers).await.map_err(CatalogError::database)
    }
}
