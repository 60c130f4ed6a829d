//! Where an earlier run was interrupted.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::entities::tree;
use super::{Journal, Place, place};
use crate::{CatalogError, stored};

impl Journal {
    /// Those of the places at which an earlier run has begun something and did not finish it: it may have left
    /// blobs there of which nothing else is noted.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn left_unfinished(&self, places: &[Place]) -> Result<HashSet<Place>, CatalogError> {
        let readers = self.opening.readers().await?;
        let numbers = place::find_ids(&readers, places).await?;
        let ids: Vec<i64> = numbers.keys().copied().collect();
        let mut all = HashSet::new();
        for chunk in ids.chunks(stored::CHUNK) {
            let unfinished: Vec<i64> = tree::Entity::find()
                .select_only()
                .distinct()
                .column(tree::Column::PlaceId)
                .filter(tree::Column::PlaceId.is_in(chunk.iter().copied()))
                .filter(tree::Column::ConfirmedAt.is_null())
                .filter(tree::Column::StartedAt.lt(self.run_started.as_microsecond()))
                .into_tuple()
                .all(&readers)
                .await
                .map_err(CatalogError::database)?;
            all.extend(unfinished.iter().filter_map(|id| numbers.get(id).cloned()));
        }
        Ok(all)
    }
}
