//! What belongs to an image, and was carried with it: referrers, fallback tags, tags that cosign makes.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::at_places::ByPlace;
use super::entities::belongings;
use super::{Journal, Place, place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// The belongings of an image that a place has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Stands for the whole set: two images with the same belongings have the same. How it is made is the
    /// caller's business.
    pub fingerprint: Digest,
    /// When the source was last asked for them.
    pub checked_at: Timestamp,
}

struct NoteBelongings {
    place: Place,
    images: Vec<(Digest, Digest)>,
    now: i64,
}

impl Journal {
    /// Notes that the source was asked just now what belongs to these images, each named once, and that the
    /// place has all of it: of each image its digest, then the fingerprint of its belongings.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn note_belongings(
        &self,
        place: &Place,
        images: &[(Digest, Digest)],
    ) -> Result<(), CatalogError> {
        let operation = NoteBelongings {
            place: place.clone(),
            images: stored::in_order(images.iter().copied()),
            now: stored::now(),
        };
        self.writer.write(operation).await
    }

    /// The belongings that the place has, by the digest of their image. That the place has the image itself
    /// is not said by this.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn belongings_all(&self, place: &Place) -> Result<HashMap<Digest, Carried>, CatalogError> {
        let mut all = self.belongings_in(std::slice::from_ref(place)).await?;
        Ok(all.remove(place).unwrap_or_default())
    }

    /// The belongings that these places have, by the digests of their images. A place that has none is not in
    /// the answer.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn belongings_in(
        &self,
        places: &[Place],
    ) -> Result<HashMap<Place, HashMap<Digest, Carried>>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut all: HashMap<Place, HashMap<Digest, Carried>> = HashMap::new();
        let by_place = ByPlace::<belongings::Entity> {
            place: belongings::Column::PlaceId,
            key: belongings::Column::Digest,
            of: |row| (row.place_id, row.digest.clone().into()),
        };
        let take_in = |place: &Place, row: belongings::Model| {
            let fingerprint = stored::digest(&row.fingerprint)?;
            let carried = Carried { fingerprint, checked_at: stored::time(row.checked_at)? };
            all.entry(place.clone()).or_default().insert(stored::digest(&row.digest)?, carried);
            Ok(())
        };
        by_place.each_row(&readers, places, take_in).await?;
        Ok(all)
    }
}

#[async_trait]
impl Operation for NoteBelongings {
    type Reply = ();
    const NAME: &'static str = "note_belongings";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let place_id = place::id(transaction, &self.place).await?;
        let noted_before = OnConflict::columns([belongings::Column::PlaceId, belongings::Column::Digest])
            .update_columns([belongings::Column::Fingerprint, belongings::Column::CheckedAt])
            .to_owned();
        for chunk in self.images.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|(image, fingerprint)| belongings::ActiveModel {
                place_id: Set(place_id),
                digest: Set(image.to_stored()),
                fingerprint: Set(fingerprint.to_stored()),
                checked_at: Set(self.now),
            });
            belongings::Entity::insert_many(rows)
                .on_conflict(noted_before.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
