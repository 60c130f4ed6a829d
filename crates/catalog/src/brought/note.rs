//! Having brought something.

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::Brought;
use super::entities::{names, tag};
use crate::database::hold;
use crate::journal::place;
use crate::writer::Operation;
use crate::{CatalogError, Place, stored};

/// By what no two rows are the same.
const KEY: [tag::Column; 3] = [tag::Column::Mirror, tag::Column::PlaceId, tag::Column::Tag];

/// Names that a mirror has brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The tags, by place; no place twice.
    pub tags: Vec<(Place, Vec<String>)>,
    /// Stands for all of them, if they are all that the mirror has: the next run that finds the same need not
    /// note them. How it is made is the caller's business.
    pub fingerprint: Option<Digest>,
}

struct NoteBrought {
    mirror: String,
    names: Names,
}

impl Brought {
    /// Notes in one write that the mirror has brought these names, or found them as it wants them. Names that
    /// are noted already are passed over.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn note(&self, mirror: &str, names: Names) -> Result<(), CatalogError> {
        self.writer.write(NoteBrought { mirror: mirror.to_owned(), names }).await
    }
}

#[async_trait]
impl Operation for NoteBrought {
    type Reply = ();
    const NAME: &'static str = "note_brought";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        hold(transaction, &format!("brought:{}", self.mirror)).await?;
        for (place, tags) in &self.names.tags {
            let place_id = place::id(transaction, place).await?;
            for chunk in tags.chunks(stored::CHUNK) {
                self.add(transaction, place_id, chunk).await?;
            }
        }
        match &self.names.fingerprint {
            Some(fingerprint) => self.sign(transaction, fingerprint).await,
            None => Ok(()),
        }
    }
}

impl NoteBrought {
    async fn add(
        &self,
        transaction: &DatabaseTransaction,
        place_id: i64,
        tags: &[String],
    ) -> Result<(), CatalogError> {
        let rows = tags.iter().map(|tag| tag::ActiveModel {
            mirror: Set(self.mirror.clone()),
            place_id: Set(place_id),
            tag: Set(tag.clone()),
        });
        let noted = OnConflict::columns(KEY).do_nothing_on(KEY).to_owned();
        tag::Entity::insert_many(rows)
            .on_conflict(noted)
            .exec_without_returning(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }

    async fn sign(
        &self,
        transaction: &DatabaseTransaction,
        fingerprint: &Digest,
    ) -> Result<(), CatalogError> {
        let row = names::ActiveModel {
            mirror: Set(self.mirror.clone()),
            fingerprint: Set(fingerprint.to_stored()),
        };
        let before =
            OnConflict::column(names::Column::Mirror).update_column(names::Column::Fingerprint).to_owned();
        names::Entity::insert(row)
            .on_conflict(before)
            .exec_without_returning(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}
