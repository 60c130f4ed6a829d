//! What a run deleted.

use jiff::Timestamp;
use portolan_oci::{Digest, MediaType, RawManifest};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Condemned;
use super::entities::deletion;
use crate::journal::place;
use crate::{CatalogError, Place, RunId, stored};

/// The number of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeletionId(pub(super) i64);

/// A manifest that was deleted, or was about to be. Its bytes are asked for by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Its number.
    pub id: DeletionId,
    /// The tag that went with it.
    pub tag: Option<String>,
    /// The manifest's digest.
    pub digest: Digest,
    /// When it was deleted.
    pub at: Timestamp,
}

type Row = (i64, Option<String>, Vec<u8>, i64);

impl Condemned {
    /// What the run deleted at the place, in the order in which it was noted: put back in this order, no
    /// parent comes before its children.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn deletions(&self, place: &Place, run: RunId) -> Result<Vec<Deletion>, CatalogError> {
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        let mut after = 0;
        loop {
            let rows: Vec<Row> = deletion::Entity::find()
                .select_only()
                .columns([deletion::Column::Id, deletion::Column::Tag])
                .columns([deletion::Column::Digest, deletion::Column::DeletedAt])
                .filter(deletion::Column::RunId.eq(run.get()))
                .filter(deletion::Column::PlaceId.eq(place_id))
                .filter(deletion::Column::Id.gt(after))
                .order_by_asc(deletion::Column::Id)
                .limit(stored::PAGE)
                .into_tuple()
                .all(&readers)
                .await
                .map_err(CatalogError::database)?;
            let Some((last, ..)) = rows.last() else { return Ok(all) };
            after = *last;
            for row in rows {
                all.push(Deletion::read(row)?);
            }
        }
    }

    /// The manifest that was deleted; `None` if the deletion is forgotten.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] if it is not what was deleted; [`CatalogError::Database`].
    pub async fn deleted_manifest(&self, id: DeletionId) -> Result<Option<RawManifest>, CatalogError> {
        let readers = self.opening.readers().await?;
        let row = deletion::Entity::find_by_id(id.0).one(&readers).await.map_err(CatalogError::database)?;
        row.map(manifest).transpose()
    }
}

impl Deletion {
    fn read((id, tag, digest, at): Row) -> Result<Self, CatalogError> {
        Ok(Self { id: DeletionId(id), tag, digest: stored::digest(&digest)?, at: stored::time(at)? })
    }
}

fn manifest(row: deletion::Model) -> Result<RawManifest, CatalogError> {
    let media_type: MediaType =
        row.media_type.parse().map_err(|error| CatalogError::damaged("media type", error))?;
    let digest = stored::digest(&row.digest)?;
    RawManifest::with_digest(row.manifest.into(), Some(&media_type), digest)
        .map_err(|error| CatalogError::damaged("manifest", error))
}
