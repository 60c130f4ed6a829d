//! What is known to be at a place.

use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

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
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let mut page = tree::Entity::find()
                .filter(tree::Column::PlaceId.eq(place_id))
                .order_by_asc(tree::Column::Reference)
                .limit(stored::PAGE);
            if let Some(after) = after {
                page = page.filter(tree::Column::Reference.gt::<String>(after));
            }
            let rows = page.all(&readers).await.map_err(CatalogError::database)?;
            let Some(last) = rows.last() else { return Ok(all) };
            after = Some(last.reference.clone());
            for row in rows {
                if let Some(confirmed) = confirmed(&row)? {
                    all.push((row.reference, confirmed));
                }
            }
        }
    }
}

fn confirmed(row: &tree::Model) -> Result<Option<Confirmed>, CatalogError> {
    let Some(at) = row.confirmed_at else { return Ok(None) };
    Ok(Some(Confirmed { digest: stored::digest(&row.digest)?, at: stored::time(at)? }))
}
