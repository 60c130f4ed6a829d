//! All that a mirror has brought.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

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
        let mut after = None;
        loop {
            let mut page = tag::Entity::find()
                .filter(tag::Column::Mirror.eq(mirror))
                .order_by_asc(tag::Column::PlaceId)
                .order_by_asc(tag::Column::Tag)
                .limit(stored::PAGE);
            if let Some(after) = after {
                page = page.filter(after);
            }
            let rows = page.all(&readers).await.map_err(CatalogError::database)?;
            let Some(last) = rows.last() else { break };
            after = Some(beyond(last));
            for row in rows {
                by_id.entry(row.place_id).or_default().insert(row.tag);
            }
        }
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
