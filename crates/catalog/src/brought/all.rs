//! All that a mirror has brought.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::Brought;
use super::entities::tag;
use crate::journal::place;
use crate::{CatalogError, Place, stored};

impl Brought {
    /// The names that the mirror has brought, by place.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn all(&self, mirror: &str) -> Result<Vec<(Place, BTreeSet<String>)>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut by_id: HashMap<i64, BTreeSet<String>> = HashMap::new();
        let list = tag::Entity::find()
            .filter(tag::Column::Mirror.eq(mirror))
            .order_by_asc(tag::Column::PlaceId)
            .order_by_asc(tag::Column::Tag);
        stored::each_row(&readers, list, beyond, |row| {
            by_id.entry(row.place_id).or_default().insert(row.tag);
            Ok(())
        })
        .await?;
        let mut all = Vec::with_capacity(by_id.len());
        for (id, tags) in by_id {
            all.extend(place::of_ids(&readers, &[id]).await?.pop().map(|place| (place, tags)));
        }
        all.sort();
        Ok(all)
    }
}

fn beyond(last: &tag::Model) -> Condition {
    let of_same_place = Condition::all()
        .add(tag::Column::PlaceId.eq(last.place_id))
        .add(tag::Column::Tag.gt(last.tag.clone()));
    Condition::any().add(tag::Column::PlaceId.gt(last.place_id)).add(of_same_place)
}
