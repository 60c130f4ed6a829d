//! Which blobs were seen at a place.

use std::collections::HashSet;

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::entities::blob;
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
        let Some(place_id) = place::find_id(&self.readers, place).await? else { return Ok(HashSet::new()) };
        let mut all = HashSet::new();
        let mut after = Vec::new();
        loop {
            let page: Vec<Vec<u8>> = blob::Entity::find()
                .select_only()
                .column(blob::Column::Digest)
                .filter(blob::Column::PlaceId.eq(place_id))
                .filter(blob::Column::Digest.gt(after))
                .order_by_asc(blob::Column::Digest)
                .limit(stored::PAGE)
                .into_tuple()
                .all(&self.readers)
                .await
                .map_err(CatalogError::database)?;
            for digest in &page {
                all.insert(stored::digest(digest)?);
            }
            match page.into_iter().next_back() {
                Some(last) => after = last,
                None => return Ok(all),
            }
        }
    }
}

#[async_trait]
impl Operation for BlobSeen {
    type Reply = ();
    const NAME: &'static str = "blob_seen";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let row = blob::ActiveModel {
            place_id: Set(place::id(transaction, &self.place).await?),
            digest: Set(self.digest.to_stored()),
            seen_at: Set(self.now),
        };
        let known = OnConflict::columns([blob::Column::PlaceId, blob::Column::Digest])
            .update_column(blob::Column::SeenAt)
            .to_owned();
        blob::Entity::insert(row)
            .on_conflict(known)
            .exec_without_returning(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
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
