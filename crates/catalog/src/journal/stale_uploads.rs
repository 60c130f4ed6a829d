//! Uploads that nobody went on with.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entities::{place, upload};
use super::{Journal, Place, SavedUpload};
use crate::{CatalogError, stored};

impl Journal {
    /// The uploads that made no progress since then, so that they can be aborted and forgotten. Those that
    /// cannot be read back are left out.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn stale_uploads(
        &self,
        older_than: Timestamp,
    ) -> Result<Vec<(Place, SavedUpload)>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut stale = Vec::new();
        let mut after = None;
        loop {
            let mut page = upload::Entity::find()
                .find_also_related(place::Entity)
                .filter(upload::Column::UpdatedAt.lt(older_than.as_microsecond()))
                .order_by_asc(upload::Column::PlaceId)
                .order_by_asc(upload::Column::Digest)
                .limit(stored::PAGE);
            if let Some(after) = after {
                page = page.filter(after);
            }
            let rows = page.all(&readers).await.map_err(CatalogError::database)?;
            let Some((last, _)) = rows.last() else { return Ok(stale) };
            after = Some(beyond(last));
            for (row, place) in rows {
                let Some(place) = place else { continue };
                match SavedUpload::read(&row) {
                    Ok(upload) => stale.push((Place::new(place.host, place.repository), upload)),
                    Err(error) => tracing::warn!(%error, "an upload is passed over"),
                }
            }
        }
    }
}

fn beyond(last: &upload::Model) -> Condition {
    let in_same_place = Condition::all()
        .add(upload::Column::PlaceId.eq(last.place_id))
        .add(upload::Column::Digest.gt(last.digest.clone()));
    Condition::any().add(upload::Column::PlaceId.gt(last.place_id)).add(in_same_place)
}
