//! About to delete.

use async_trait::async_trait;
use portolan_oci::RawManifest;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::entities::deletion;
use super::{Condemned, DeletionId};
use crate::journal::place;
use crate::writer::Operation;
use crate::{CatalogError, Place, RunId, stored};

/// A manifest that is about to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doomed {
    /// The tag that goes with it; `None` for what is known by its digest only.
    pub tag: Option<String>,
    /// The manifest, as the place has it.
    pub manifest: RawManifest,
}

struct NoteDeleted {
    place: Place,
    run: RunId,
    doomed: Vec<Doomed>,
    now: i64,
}

impl Condemned {
    /// Keeps the manifests that the run is about to delete at the place, in one write, so that they can be put
    /// back. To be called before the place is asked to delete them, with children before their parents. Gives
    /// their numbers, in the order given: what is not deleted in the end is to be forgotten, but does no harm.
    ///
    /// # Errors
    /// [`CatalogError::Database`] if there is no such run; else as any write. Nothing must be deleted then.
    pub async fn note_deleted(
        &self,
        place: &Place,
        run: RunId,
        doomed: Vec<Doomed>,
    ) -> Result<Vec<DeletionId>, CatalogError> {
        self.writer.write(NoteDeleted { place: place.clone(), run, doomed, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for NoteDeleted {
    type Reply = Vec<DeletionId>;
    const NAME: &'static str = "note_deleted";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Vec<DeletionId>, CatalogError> {
        let place_id = place::id(transaction, &self.place).await?;
        let mut ids = Vec::with_capacity(self.doomed.len());
        // One by one: each may have megabytes.
        for Doomed { tag, manifest } in &self.doomed {
            let row = deletion::ActiveModel {
                run_id: Set(self.run.get()),
                place_id: Set(place_id),
                tag: Set(tag.clone()),
                digest: Set(manifest.digest().to_stored()),
                media_type: Set(manifest.media_type().to_string()),
                manifest: Set(manifest.bytes().to_vec()),
                deleted_at: Set(self.now),
                ..Default::default()
            };
            let added = deletion::Entity::insert(row).exec(transaction).await;
            ids.push(DeletionId(added.map_err(CatalogError::database)?.last_insert_id));
        }
        Ok(ids)
    }
}
