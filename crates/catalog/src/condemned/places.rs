//! Where tags are condemned.

use sea_orm::{EntityTrait, QueryOrder, QuerySelect};

use super::Condemned;
use super::entities::tag;
use crate::journal::place;
use crate::{CatalogError, Place};

impl Condemned {
    /// The places that have condemned tags.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn places(&self) -> Result<Vec<Place>, CatalogError> {
        let readers = self.opening.readers().await?;
        let ids: Vec<i64> = tag::Entity::find()
            .select_only()
            .column(tag::Column::PlaceId)
            .distinct()
            .order_by_asc(tag::Column::PlaceId)
            .into_tuple()
            .all(&readers)
            .await
            .map_err(CatalogError::database)?;
        place::of_ids(&readers, &ids).await
    }
}
