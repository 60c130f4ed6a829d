//! What other mirrors have brought, too.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Brought;
use super::entities::tag;
use crate::journal::place;
use crate::{CatalogError, Place, stored};

impl Brought {
    /// Those of these tags of the place that a mirror other than this one has brought.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn by_others(
        &self,
        mirror: &str,
        place: &Place,
        tags: &[&str],
    ) -> Result<HashSet<String>, CatalogError> {
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(HashSet::new()) };
        let mut all = HashSet::new();
        for chunk in tags.chunks(stored::CHUNK) {
            let found: Vec<String> = tag::Entity::find()
                .select_only()
                .column(tag::Column::Tag)
                .distinct()
                .filter(tag::Column::PlaceId.eq(place_id))
                .filter(tag::Column::Tag.is_in(chunk.iter().copied()))
                .filter(tag::Column::Mirror.ne(mirror))
                .into_tuple()
                .all(&readers)
                .await
                .map_err(CatalogError::database)?;
            all.extend(found);
        }
        Ok(all)
    }
}
