//! Where on a host blobs were seen, so that they can be mounted from there.

use std::collections::HashMap;

use portolan_oci::Digest;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, WindowStatement};
use sea_orm::{ConnectionTrait, DeriveIden};

use super::Journal;
use super::entities::{blob, place};
use crate::{CatalogError, stored};

/// Repositories named for one blob: if three mounts are refused, so will be the fourth.
const PLACES: i64 = 3;

#[derive(DeriveIden)]
enum Ranked {
    Table,
    Digest,
    Repository,
    Place,
}

impl Journal {
    /// Up to three repositories of the host where each of these blobs was seen, the latest first. A blob
    /// that was seen nowhere is absent.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn places_with(
        &self,
        host: &str,
        digests: &[Digest],
    ) -> Result<HashMap<Digest, Vec<String>>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut places: HashMap<Digest, Vec<String>> = HashMap::new();
        for chunk in digests.chunks(stored::CHUNK) {
            let rows = readers.query_all(&latest(host, chunk)).await.map_err(CatalogError::database)?;
            for row in rows {
                let (digest, repository): (Vec<u8>, String) =
                    row.try_get_many_by_index().map_err(CatalogError::database)?;
                places.entry(stored::digest(&digest)?).or_default().push(repository);
            }
        }
        Ok(places)
    }
}

/// Digest and repository, the latest first for each digest. The ranking is left to the database: a base
/// layer may be in thousands of repositories.
fn latest(host: &str, digests: &[Digest]) -> SelectStatement {
    let digests: Vec<Vec<u8>> = digests.iter().map(Digest::to_stored).collect();
    let by_age = WindowStatement::partition_by((blob::Entity, blob::Column::Digest))
        .order_by((blob::Entity, blob::Column::SeenAt), Order::Desc)
        .order_by((place::Entity, place::Column::Repository), Order::Asc)
        .take();
    let ranked = Query::select()
        .expr_as(Expr::col((blob::Entity, blob::Column::Digest)), Ranked::Digest)
        .expr_as(Expr::col((place::Entity, place::Column::Repository)), Ranked::Repository)
        .expr_window_as(Expr::cust("ROW_NUMBER()"), by_age, Ranked::Place)
        .from(blob::Entity)
        .inner_join(
            place::Entity,
            Expr::col((place::Entity, place::Column::Id)).equals((blob::Entity, blob::Column::PlaceId)),
        )
        .and_where(Expr::col((place::Entity, place::Column::Host)).eq(host))
        .and_where(Expr::col((blob::Entity, blob::Column::Digest)).is_in(digests))
        .take();
    Query::select()
        .columns([Ranked::Digest, Ranked::Repository])
        .from_subquery(ranked, Ranked::Table)
        .and_where(Expr::col(Ranked::Place).lte(PLACES))
        .order_by(Ranked::Digest, Order::Asc)
        .order_by(Ranked::Place, Order::Asc)
        .take()
}
