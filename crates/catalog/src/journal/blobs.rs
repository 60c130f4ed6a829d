//! Which blobs were seen at a place.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::at_places::ByPlace;
use super::entities::{blob, place as row};
use super::{Journal, Place, place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

struct BlobSeen {
    place: Place,
    digest: Digest,
    now: i64,
}

struct ForgetBlob {
    place: Place,
    digest: Digest,
}

struct ForgetBlobs {
    place: Place,
}

impl Journal {
    /// Hint: the blob is at the place.
    pub fn blob_seen(&self, place: &Place, digest: &Digest) {
        self.writer.hint(BlobSeen { place: place.clone(), digest: *digest, now: stored::now() });
    }

    /// Hint: the blob is not at the place.
    pub fn forget_blob(&self, place: &Place, digest: &Digest) {
        self.writer.hint(ForgetBlob { place: place.clone(), digest: *digest });
    }

    /// Forgets all blobs of the place; for when what is remembered turned out to be wrong. Hints given
    /// before are forgotten too.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn forget_blobs(&self, place: &Place) -> Result<(), CatalogError> {
        self.writer.write(ForgetBlobs { place: place.clone() }).await
    }

    /// The blobs that were seen at the place.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn blobs_at(&self, place: &Place) -> Result<HashSet<Digest>, CatalogError> {
        let mut all = self.blobs_in(std::slice::from_ref(place)).await?;
        Ok(all.remove(place).unwrap_or_default())
    }

    /// The blobs that were seen at these places. A place where none was seen is not in the answer.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn blobs_in(&self, places: &[Place]) -> Result<HashMap<Place, HashSet<Digest>>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut all: HashMap<Place, HashSet<Digest>> = HashMap::new();
        let by_place = ByPlace::<blob::Entity> {
            place: blob::Column::PlaceId,
            key: blob::Column::Digest,
            of: |row| (row.place_id, row.digest.clone().into()),
        };
        let take_in = |place: &Place, row: blob::Model| {
            all.entry(place.clone()).or_default().insert(stored::digest(&row.digest)?);
            Ok(())
        };
        by_place.each_row(&readers, places, take_in).await?;
        Ok(all)
    }
}

#[async_trait]
impl Operation for BlobSeen {
    type Reply = ();
    const NAME: &'static str = "blob_seen";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        if self.write(transaction).await? == 0 {
            place::id(transaction, &self.place).await?;
            self.write(transaction).await?;
        }
        Ok(())
    }
}

impl BlobSeen {
    /// One statement, as this is the most frequent write of all; it writes nothing if the place has no
    /// number yet.
    async fn write(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let of_place = Query::select()
            .column(row::Column::Id)
            .expr(Expr::val(self.digest.to_stored()))
            .expr(Expr::val(self.now))
            .from(row::Entity)
            .and_where(row::Column::Host.eq(&self.place.host))
            .and_where(row::Column::Repository.eq(&self.place.repository))
            .take();
        let known = OnConflict::columns([blob::Column::PlaceId, blob::Column::Digest])
            .update_column(blob::Column::SeenAt)
            .to_owned();
        let mut insert = Query::insert()
            .into_table(blob::Entity)
            .columns([blob::Column::PlaceId, blob::Column::Digest, blob::Column::SeenAt])
            .on_conflict(known)
            .take();
        insert.select_from(of_place).map_err(|error| CatalogError::Database(Arc::new(error)))?;
        let written = transaction.execute(&insert).await.map_err(CatalogError::database)?;
        Ok(written.rows_affected())
    }
}

#[async_trait]
impl Operation for ForgetBlob {
    type Reply = ();
    const NAME: &'static str = "forget_blob";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let Some(place_id) = place::find_id(transaction, &self.place).await? else { return Ok(()) };
        blob::Entity::delete_by_id((place_id, self.digest.to_stored()))
            .exec(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}

#[async_trait]
impl Operation for ForgetBlobs {
    type Reply = ();
    const NAME: &'static str = "forget_blobs";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let Some(place_id) = place::find_id(transaction, &self.place).await? else { return Ok(()) };
        blob::Entity::delete_many()
            .filter(blob::Column::PlaceId.eq(place_id))
            .exec(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}
