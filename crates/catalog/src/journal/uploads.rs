//! Uploads that are under way.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, VerifierState};
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::entities::upload;
use super::{Journal, Place, place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// An upload in a state from which it can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedUpload {
    /// The blob.
    pub digest: Digest,
    /// Bytes that the target has.
    pub offset: u64,
    /// How the transport finds the session again; its own business.
    pub session: serde_json::Value,
    /// The hash of the bytes so far.
    pub verifier: VerifierState,
    /// When the upload last made progress.
    pub updated_at: Timestamp,
}

impl SavedUpload {
    pub(super) fn read(row: &upload::Model) -> Result<Self, CatalogError> {
        let damaged = |error| CatalogError::damaged("saved upload", error);
        Ok(Self {
            digest: stored::digest(&row.digest)?,
            offset: u64::try_from(row.upload_offset)
                .map_err(|error| CatalogError::damaged("saved upload", error))?,
            session: serde_json::from_str(&row.session).map_err(damaged)?,
            verifier: serde_json::from_str(&row.verifier).map_err(damaged)?,
            updated_at: stored::time(row.updated_at)?,
        })
    }
}

struct SaveUpload {
    place: Place,
    upload: SavedUpload,
}

struct ForgetUpload {
    place: Place,
    digest: Digest,
}

impl Journal {
    /// Keeps the state of an upload, in place of what was kept for the same blob and place.
    ///
    /// # Errors
    /// [`CatalogError::OutOfRange`] if the offset is beyond what a file can have; else as any write.
    pub async fn save_upload(&self, place: &Place, upload: &SavedUpload) -> Result<(), CatalogError> {
        self.writer.write(SaveUpload { place: place.clone(), upload: upload.clone() }).await
    }

    /// Hint: the upload has ended, well or not.
    pub fn forget_upload(&self, place: &Place, digest: &Digest) {
        self.writer.hint(ForgetUpload { place: place.clone(), digest: *digest });
    }

    /// The upload of the blob to the place that was under way. One that cannot be read back is none: the
    /// blob is then sent from its start.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn upload(&self, place: &Place, digest: &Digest) -> Result<Option<SavedUpload>, CatalogError> {
        let readers = self.opening.readers().await?;
        let Some(place_id) = place::find_id(&readers, place).await? else { return Ok(None) };
        let row = upload::Entity::find_by_id((place_id, digest.to_stored()))
            .one(&readers)
            .await
            .map_err(CatalogError::database)?;
        Ok(row.and_then(|row| match SavedUpload::read(&row) {
            Ok(upload) => Some(upload),
            Err(error) => {
                tracing::warn!(%place, %digest, %error, "an upload starts anew");
                None
            }
        }))
    }
}

#[async_trait]
impl Operation for SaveUpload {
    type Reply = ();
    const NAME: &'static str = "save_upload";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let SavedUpload { digest, offset, session, verifier, updated_at } = &self.upload;
        let verifier =
            serde_json::to_string(verifier).map_err(|error| CatalogError::damaged("hash state", error))?;
        let row = upload::ActiveModel {
            place_id: Set(place::id(transaction, &self.place).await?),
            digest: Set(digest.to_stored()),
            upload_offset: Set(stored::count("upload offset", *offset)?),
            session: Set(session.to_string()),
            verifier: Set(verifier),
            updated_at: Set(updated_at.as_microsecond()),
        };
        let saved_before = OnConflict::columns([upload::Column::PlaceId, upload::Column::Digest])
            .update_columns([
                upload::Column::UploadOffset,
                upload::Column::Session,
                upload::Column::Verifier,
                upload::Column::UpdatedAt,
            ])
            .to_owned();
        upload::Entity::insert(row)
            .on_conflict(saved_before)
            .exec_without_returning(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}

#[async_trait]
impl Operation for ForgetUpload {
    type Reply = ();
    const NAME: &'static str = "forget_upload";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let Some(place_id) = place::find_id(transaction, &self.place).await? else { return Ok(()) };
        upload::Entity::delete_by_id((place_id, self.digest.to_stored()))
            .exec(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}
