//! Condemning tags.

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::entities::tag;
use super::{CondemnReason, Condemned};
use crate::database::excluded;
use crate::journal::place;
use crate::writer::Operation;
use crate::{CatalogError, Place, stored};

struct Condemn {
    place: Place,
    tags: Vec<(String, Digest)>,
    reason: CondemnReason,
    now: i64,
}

impl Condemned {
    /// Notes in one write that these tags of the place, each named once, are to be deleted, if they still name
    /// these digests when their grace is over. A tag that is condemned for the same digest already stays so
    /// since then; for another digest its grace begins anew.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn condemn(
        &self,
        place: &Place,
        tags: &[(&str, Digest)],
        reason: CondemnReason,
    ) -> Result<(), CatalogError> {
        let tags = stored::in_order(tags.iter().map(|(tag, digest)| ((*tag).to_owned(), *digest)));
        self.writer.write(Condemn { place: place.clone(), tags, reason, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for Condemn {
    type Reply = ();
    const NAME: &'static str = "condemn";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let place_id = place::id(transaction, &self.place).await?;
        for chunk in self.tags.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|(tag, digest)| tag::ActiveModel {
                place_id: Set(place_id),
                tag: Set(tag.clone()),
                digest: Set(digest.to_stored()),
                condemned_at: Set(self.now),
                reason: Set(self.reason.name().to_owned()),
            });
            tag::Entity::insert_many(rows)
                .on_conflict(self.again(transaction))
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}

impl Condemn {
    /// The time comes first: MySQL assigns from left to right.
    fn again(&self, transaction: &DatabaseTransaction) -> OnConflict {
        let same =
            Expr::col((tag::Entity, tag::Column::Digest)).eq(excluded(transaction, tag::Column::Digest));
        let since = Expr::case(same, Expr::col((tag::Entity, tag::Column::CondemnedAt))).finally(self.now);
        OnConflict::columns([tag::Column::PlaceId, tag::Column::Tag])
            .value(tag::Column::CondemnedAt, since)
            .update_columns([tag::Column::Digest, tag::Column::Reason])
            .to_owned()
    }
}
