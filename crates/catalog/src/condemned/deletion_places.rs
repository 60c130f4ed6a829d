//! Where a run deleted something.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Condemned;
use super::entities::deletion;
use crate::journal::place;
use crate::{CatalogError, Place, RunId};

impl Condemned {
    /// The places at which the run deleted something.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn deletion_places(&self, run: RunId) -> Result<Vec<Place>, CatalogError> {
        let readers = self.opening.readers().await?;
        let ids: Vec<i64> = deletion::Entity::find()
            .select_only()
            .column(deletion::Column::PlaceId)
            .distinct()
            .filter(deletion::Column::RunId.eq(run.get()))
            .order_by_asc(deletion::Column::PlaceId)
            .into_tuple()
            .all(&readers)
            .await
            .map_err(CatalogError::database)?;
        place::of_ids(&readers, &ids).await
    }
}
