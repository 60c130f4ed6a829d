//! Having copied an image tree to a place.

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::entities::tree;
use super::{Journal, Place, place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

struct FinishTree {
    place: Place,
    reference: String,
    digest: Digest,
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
        let operation = FinishTree {
            place: place.clone(),
            reference: reference.to_owned(),
            digest: *digest,
            now: stored::now(),
        };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for FinishTree {
    type Reply = ();
    const NAME: &'static str = "finish_tree";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let row = tree::ActiveModel {
            place_id: Set(place::id(transaction, &self.place).await?),
            reference: Set(self.reference.clone()),
            digest: Set(self.digest.to_stored()),
            started_at: Set(self.now),
            confirmed_at: Set(Some(self.now)),
        };
        let begun = OnConflict::columns([tree::Column::PlaceId, tree::Column::Reference])
            .update_columns([tree::Column::Digest, tree::Column::ConfirmedAt])
            .to_owned();
        tree::Entity::insert(row)
            .on_conflict(begun)
            .exec_without_returning(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}
