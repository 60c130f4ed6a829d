//! When tags were seen to name which digests.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, QuerySelect, Set};

use super::entities::seen;
use super::{Journal, Place, place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

struct NoteSeen {
    place: Place,
    observations: Vec<(String, Digest)>,
    now: i64,
}

impl Journal {
    /// Notes that these tags of the place name these digests now, each tag once, in one write.
    /// A run that meets nothing new need not write: the first time stands, and the last is no more than a note.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn note_seen(
        &self,
        place: &Place,
        observations: &[(&str, Digest)],
    ) -> Result<(), CatalogError> {
        let observations =
            stored::in_order(observations.iter().map(|(tag, digest)| ((*tag).to_owned(), *digest)));
        self.writer.write(NoteSeen { place: place.clone(), observations, now: stored::now() }).await
    }

    /// When the tag of the place was first seen to name this digest.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn first_seen(
        &self,
        place: &Place,
        tag: &str,
        digest: &Digest,
    ) -> Result<Option<Timestamp>, CatalogError> {
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(None) };
        let first: Option<i64> = seen::Entity::find_by_id((place_id, tag.to_owned(), digest.to_stored()))
            .select_only()
            .column(seen::Column::FirstSeen)
            .into_tuple()
            .one(&readers)
            .await
            .map_err(CatalogError::database)?;
        first.map(stored::time).transpose()
    }
}

#[async_trait]
impl Operation for NoteSeen {
    type Reply = ();
    const NAME: &'static str = "note_seen";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let place_id = place::id(transaction, &self.place).await?;
        let seen_before =
            OnConflict::columns([seen::Column::PlaceId, seen::Column::Tag, seen::Column::Digest])
                .update_column(seen::Column::LastSeen)
                .to_owned();
        for chunk in self.observations.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|(tag, digest)| seen::ActiveModel {
                place_id: Set(place_id),
                tag: Set(tag.clone()),
                digest: Set(digest.to_stored()),
                first_seen: Set(self.now),
                last_seen: Set(self.now),
            });
            seen::Entity::insert_many(rows)
                .on_conflict(seen_before.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
