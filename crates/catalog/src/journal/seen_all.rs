//! All that tags of a place were seen to name.

use std::collections::HashMap;

use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::entities::seen;
use super::{Journal, Place, place};
use crate::{CatalogError, stored};

/// A digest that a tag was seen to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenDigest {
    /// The digest.
    pub digest: Digest,
    /// When the tag was first seen to name it.
    pub first_seen: Timestamp,
    /// When the tag was last noted to name it.
    pub last_seen: Timestamp,
}

impl Journal {
    /// What every tag of the place was seen to name, by tag; of several digests the one seen last comes last.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn seen_all(&self, place: &Place) -> Result<HashMap<String, Vec<SeenDigest>>, CatalogError> {
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(HashMap::new()) };
        let mut all: HashMap<String, Vec<SeenDigest>> = HashMap::new();
        let list = seen::Entity::find()
            .filter(seen::Column::PlaceId.eq(place_id))
            .order_by_asc(seen::Column::Tag)
            .order_by_asc(seen::Column::Digest);
        stored::each_row(&readers, list, beyond, |row| {
            let seen = read(&row)?;
            all.entry(row.tag).or_default().push(seen);
            Ok(())
        })
        .await?;
        for digests in all.values_mut() {
            digests.sort_by_key(|seen| (seen.last_seen, seen.first_seen));
        }
        Ok(all)
    }
}

fn beyond(last: &seen::Model) -> Condition {
    let of_same_tag = Condition::all()
        .add(seen::Column::Tag.eq(&last.tag))
        .add(seen::Column::Digest.gt(last.digest.clone()));
    Condition::any().add(seen::Column::Tag.gt(&last.tag)).add(of_same_tag)
}

fn read(row: &seen::Model) -> Result<SeenDigest, CatalogError> {
    Ok(SeenDigest {
        digest: stored::digest(&row.digest)?,
        first_seen: stored::time(row.first_seen)?,
        last_seen: stored::time(row.last_seen)?,
    })
}
