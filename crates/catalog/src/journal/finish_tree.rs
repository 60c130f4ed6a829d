//! Having copied image trees to a place.

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::entities::{blob, tree};
use super::numbers::Numbered;
use super::{Journal, Place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

struct FinishTrees {
    place: Numbered,
    trees: Vec<(String, Digest)>,
    blobs: Vec<Digest>,
    now: i64,
}

impl Journal {
    /// Notes that the reference of the place was seen to name this digest just now, with all that belongs
    /// to it. To be called after a copy, and whenever a target has confirmed it again.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn finish_tree(
        &self,
        place: &Place,
        reference: &str,
        digest: &Digest,
    ) -> Result<(), CatalogError> {
        self.finish_trees(place, &[(reference, *digest)]).await
    }

    /// The same for several references of one place, each named once, in one write.
    ///
    /// # Errors
    /// As [`finish_tree`](Self::finish_tree).
    pub async fn finish_trees(&self, place: &Place, trees: &[(&str, Digest)]) -> Result<(), CatalogError> {
        self.writer.write(FinishTrees::new(self.numbered(place), trees, &[])).await
    }

    /// The same, and that the place has these blobs, each named once. It is written with what comes next: a
    /// process that is killed before that finds the trees unfinished. [`settled`](Self::settled) waits for it.
    ///
    /// # Errors
    /// [`CatalogError::Closed`].
    pub async fn finish_trees_behind(
        &self,
        place: &Place,
        trees: &[(&str, Digest)],
        blobs: &[Digest],
    ) -> Result<(), CatalogError> {
        self.writer.write_behind(FinishTrees::new(self.numbered(place), trees, blobs)).await
    }

    /// Returns when everything that was noted before is written. What of it could not be is in the log.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn settled(&self) -> Result<(), CatalogError> {
        self.writer.settled().await
    }
}

impl FinishTrees {
    fn new(place: Numbered, trees: &[(&str, Digest)], blobs: &[Digest]) -> Self {
        Self {
            place,
            trees: stored::in_order(
                trees.iter().map(|(reference, digest)| ((*reference).to_owned(), *digest)),
            ),
            blobs: stored::in_order(blobs.iter().copied()),
            now: stored::now(),
        }
    }
}

#[async_trait]
impl Operation for FinishTrees {
    type Reply = ();
    const NAME: &'static str = "finish_trees";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let place_id = self.place.id(transaction).await?;
        let begun = OnConflict::columns([tree::Column::PlaceId, tree::Column::Reference])
            .update_columns([tree::Column::Digest, tree::Column::ConfirmedAt])
            .to_owned();
        for chunk in self.trees.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|(reference, digest)| tree::ActiveModel {
                place_id: Set(place_id),
                reference: Set(reference.clone()),
                digest: Set(digest.to_stored()),
                started_at: Set(self.now),
                confirmed_at: Set(Some(self.now)),
            });
            tree::Entity::insert_many(rows)
                .on_conflict(begun.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        let known = OnConflict::columns([blob::Column::PlaceId, blob::Column::Digest])
            .update_column(blob::Column::SeenAt)
            .to_owned();
        for chunk in self.blobs.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|digest| blob::ActiveModel {
                place_id: Set(place_id),
                digest: Set(digest.to_stored()),
                seen_at: Set(self.now),
            });
            blob::Entity::insert_many(rows)
                .on_conflict(known.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
