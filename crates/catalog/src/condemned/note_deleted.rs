//! About to delete.

use async_trait::async_trait;
use portolan_oci::RawManifest;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::Condemned;
use super::entities::deletion;
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
    /// back. To be called before the place is asked to delete them, with children before their parents. That
    /// something was noted and not deleted does no harm.
    ///
    /// # Errors
    /// [`CatalogError::Database`] if there is no such run; else as any write. Nothing must be deleted then.
    pub async fn note_deleted(
        &self,
        place: &Place,
        run: RunId,
        doomed: Vec<Doomed>,
    ) -> Result<(), CatalogError> {
        self.writer.write(NoteDeleted { place: place.clone(), run, doomed, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for NoteDeleted {
    type Reply = ();
    const NAME: &'static str = "note_deleted";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let place_id = place::id(transaction, &self.place).await?;
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
            deletion::Entity::insert(row)
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
