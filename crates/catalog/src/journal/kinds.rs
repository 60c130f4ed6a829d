//! What kinds of artifact images are.

use std::collections::HashMap;

use async_trait::async_trait;
use portolan_oci::{Digest, MediaType};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

use super::Journal;
use super::entities::kinds;
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// Between two types in the column; no type has it in it.
const BETWEEN: &str = " ";

struct NoteKinds {
    images: Vec<(Digest, String)>,
}

impl Journal {
    /// Notes of which artifact types images are, each image once, in one write: of an index those of its
    /// manifests. That is true wherever they are, and for ever.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn note_kinds(&self, images: &[(Digest, Vec<MediaType>)]) -> Result<(), CatalogError> {
        let text =
            |types: &[MediaType]| types.iter().map(MediaType::as_str).collect::<Vec<_>>().join(BETWEEN);
        let images = stored::in_order(images.iter().map(|(digest, types)| (*digest, text(types))));
        self.writer.write(NoteKinds { images }).await
    }

    /// Of which artifact types these images are, as far as that is noted.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn kinds_of(&self, images: &[Digest]) -> Result<HashMap<Digest, Vec<MediaType>>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut all = HashMap::new();
        for chunk in images.chunks(stored::CHUNK) {
            let rows = kinds::Entity::find()
                .filter(kinds::Column::Digest.is_in(chunk.iter().map(Digest::to_stored)))
                .all(&readers)
                .await
                .map_err(CatalogError::database)?;
            for row in rows {
                let types = row.kinds.split(BETWEEN).filter(|text| !text.is_empty()).map(str::parse);
                let types = types.collect::<Result<_, _>>();
                let types = types.map_err(|error| CatalogError::damaged("artifact type", error))?;
                all.insert(stored::digest(&row.digest)?, types);
            }
        }
        Ok(all)
    }
}

#[async_trait]
impl Operation for NoteKinds {
    type Reply = ();
    const NAME: &'static str = "note_kinds";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let noted_before =
            OnConflict::column(kinds::Column::Digest).do_nothing_on([kinds::Column::Digest]).to_owned();
        for chunk in self.images.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|(digest, kinds)| kinds::ActiveModel {
                digest: Set(digest.to_stored()),
                kinds: Set(kinds.clone()),
            });
            kinds::Entity::insert_many(rows)
                .on_conflict(noted_before.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
