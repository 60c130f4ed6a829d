//! What is known to be at a place.

use std::collections::HashMap;

use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::EntityTrait;

use super::at_places::ByPlace;
use super::entities::tree;
use super::{Journal, Place, place};
use crate::{CatalogError, stored};

/// What a reference was last seen to name, with all that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmed {
    /// The digest that it named.
    pub digest: Digest,
    /// When that was seen.
    pub at: Timestamp,
}

impl Journal {
    /// What this reference of the place was last seen to name; `None` if that was never finished, or was
    /// begun anew and not finished.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn confirmed(&self, place: &Place, reference: &str) -> Result<Option<Confirmed>, CatalogError> {
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(None) };
        let row = tree::Entity::find_by_id((place_id, reference.to_owned()))
            .one(&readers)
            .await
            .map_err(CatalogError::database)?;
        row.map_or(Ok(None), |row| confirmed(&row))
    }

    /// What every reference of the place was last seen to name, in the byte order of the references.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn confirmed_all(&self, place: &Place) -> Result<Vec<(String, Confirmed)>, CatalogError> {
        let mut all = self.confirmed_in(std::slice::from_ref(place)).await?;
        let mut all: Vec<_> = all.remove(place).unwrap_or_default().into_iter().collect();
        all.sort_unstable_by(|(one, _), (two, _)| one.cmp(two));
        Ok(all)
    }

    /// What every reference of these places was last seen to name. A place that nothing is known of is not in
    /// the answer.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn confirmed_in(
        &self,
        places: &[Place],
    ) -> Result<HashMap<Place, HashMap<String, Confirmed>>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut all: HashMap<Place, HashMap<String, Confirmed>> = HashMap::new();
        let by_place = ByPlace::<tree::Entity> {
            place: tree::Column::PlaceId,
            key: tree::Column::Reference,
            of: |row| (row.place_id, row.reference.clone().into()),
        };
        let take_in = |place: &Place, row: tree::Model| {
            if let Some(confirmed) = confirmed(&row)? {
                all.entry(place.clone()).or_default().insert(row.reference, confirmed);
            }
            Ok(())
        };
        by_place.each_row(&readers, places, take_in).await?;
        Ok(all)
    }
}

fn confirmed(row: &tree::Model) -> Result<Option<Confirmed>, CatalogError> {
    let Some(at) = row.confirmed_at else { return Ok(None) };
    Ok(Some(Confirmed { digest: stored::digest(&row.digest)?, at: stored::time(at)? }))
}
