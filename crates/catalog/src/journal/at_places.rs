//! Lists of what is noted of several places.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Value};

use super::{Place, place};
use crate::{CatalogError, stored};

/// The columns by which a table lists what is noted of places: no two rows have both in common.
pub(super) struct ByPlace<E: EntityTrait> {
    pub(super) place: E::Column,
    pub(super) key: E::Column,
    /// What a row has in them.
    pub(super) of: fn(&E::Model) -> (i64, Value),
}

impl<E: EntityTrait> ByPlace<E> {
    /// Takes in all rows that the table has of these places.
    pub(super) async fn each_row(
        &self,
        database: &impl ConnectionTrait,
        places: &[Place],
        mut take_in: impl FnMut(&Place, E::Model) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        let numbers = place::find_ids(database, places).await?;
        let ids: Vec<i64> = numbers.keys().copied().collect();
        for chunk in ids.chunks(stored::CHUNK) {
            let list = E::find()
                .filter(self.place.is_in(chunk.iter().copied()))
                .order_by_asc(self.place)
                .order_by_asc(self.key);
            let take_in = |row: E::Model| match numbers.get(&(self.of)(&row).0) {
                Some(place) => take_in(place, row),
                None => Ok(()),
            };
            stored::each_row(database, list, |last| self.beyond(last), take_in).await?;
        }
        Ok(())
    }

    fn beyond(&self, last: &E::Model) -> Condition {
        let (place, key) = (self.of)(last);
        let of_same_place = Condition::all().add(self.place.eq(place)).add(self.key.gt(key));
        Condition::any().add(self.place.gt(place)).add(of_same_place)
    }
}
