//! Which images a manifest is a part of.

use std::collections::HashMap;

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

use super::Journal;
use super::entities::child;
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// By what no two rows are the same.
const KEY: [child::Column; 2] = [child::Column::Child, child::Column::Parent];

struct NoteChildren {
    pairs: Vec<(Digest, Digest)>,
}

impl Journal {
    /// Notes that manifests are parts of images, in one write: of each pair the manifest, then the image.
    /// That is true wherever they are, and for ever.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn note_children(&self, pairs: &[(Digest, Digest)]) -> Result<(), CatalogError> {
        self.writer.write(NoteChildren { pairs: stored::in_order(pairs.iter().copied()) }).await
    }

    /// The images that these manifests are noted to be parts of, by manifest; none for one that is no part.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn parents_of(
        &self,
        children: &[Digest],
    ) -> Result<HashMap<Digest, Vec<Digest>>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut parents: HashMap<Digest, Vec<Digest>> = HashMap::new();
        for chunk in children.chunks(stored::CHUNK) {
            let rows = child::Entity::find()
                .filter(child::Column::Child.is_in(chunk.iter().map(Digest::to_stored)))
                .all(&readers)
                .await
                .map_err(CatalogError::database)?;
            for row in rows {
                let parent = stored::digest(&row.parent)?;
                parents.entry(stored::digest(&row.child)?).or_default().push(parent);
            }
        }
        Ok(parents)
    }
}

#[async_trait]
impl Operation for NoteChildren {
    type Reply = ();
    const NAME: &'static str = "note_children";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let noted_before = OnConflict::columns(KEY).do_nothing_on(KEY).to_owned();
        for chunk in self.pairs.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|(child, parent)| child::ActiveModel {
                child: Set(child.to_stored()),
                parent: Set(parent.to_stored()),
            });
            child::Entity::insert_many(rows)
                .on_conflict(noted_before.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
