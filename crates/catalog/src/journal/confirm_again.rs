//! Having found at a place what was confirmed there before.

use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::entities::tree;
use super::{Journal, Place, place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

struct ConfirmAgain {
    place: Place,
    references: Vec<String>,
    now: i64,
}

impl Journal {
    /// Notes that these references of the place were seen just now to name what the journal has confirmed, in
    /// one write. A reference that is unfinished, or that was never finished, stays so.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn confirm_again(&self, place: &Place, references: &[&str]) -> Result<(), CatalogError> {
        let references = references.iter().map(|reference| (*reference).to_owned()).collect();
        self.writer.write(ConfirmAgain { place: place.clone(), references, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for ConfirmAgain {
    type Reply = ();
    const NAME: &'static str = "confirm_again";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let Some(place_id) = place::find_id(transaction, &self.place).await? else { return Ok(()) };
        for chunk in self.references.chunks(stored::CHUNK) {
            tree::Entity::update_many()
                .col_expr(tree::Column::ConfirmedAt, Expr::value(self.now))
                .filter(tree::Column::PlaceId.eq(place_id))
                .filter(tree::Column::Reference.is_in(chunk))
                .filter(tree::Column::ConfirmedAt.is_not_null())
                .exec(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
