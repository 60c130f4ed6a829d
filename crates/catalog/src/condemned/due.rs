//! Tags whose grace is over.

use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entities::tag;
use super::{CondemnReason, Condemned};
use crate::journal::place;
use crate::{CatalogError, Place, stored};

/// A tag that is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CondemnedTag {
    /// The tag.
    pub tag: String,
    /// What it named: if it names something else now, it is not meant.
    pub digest: Digest,
    /// Since when it is condemned for this digest.
    pub condemned_at: Timestamp,
    /// Why.
    pub reason: CondemnReason,
}

impl Condemned {
    /// The tags of the place that were condemned before this time, in byte order; all of them for
    /// [`Timestamp::MAX`].
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn due(&self, place: &Place, before: Timestamp) -> Result<Vec<CondemnedTag>, CatalogError> {
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        let mut after = String::new();
        loop {
            let rows = tag::Entity::find()
                .filter(tag::Column::PlaceId.eq(place_id))
                .filter(tag::Column::CondemnedAt.lt(before.as_microsecond()))
                .filter(tag::Column::Tag.gt(after))
                .order_by_asc(tag::Column::Tag)
                .limit(stored::PAGE)
                .all(&readers)
                .await
                .map_err(CatalogError::database)?;
            let Some(last) = rows.last() else { return Ok(all) };
            after = last.tag.clone();
            for row in rows {
                all.push(CondemnedTag::read(row)?);
            }
        }
    }
}

impl CondemnedTag {
    fn read(row: tag::Model) -> Result<Self, CatalogError> {
        Ok(Self {
            digest: stored::digest(&row.digest)?,
            condemned_at: stored::time(row.condemned_at)?,
            reason: CondemnReason::read(&row.reason)?,
            tag: row.tag,
        })
    }
}
