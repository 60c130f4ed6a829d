//! Locks of names, for what no row stands for.

use sea_orm::sea_query::{Alias, OnConflict, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::CatalogError;

/// Waits until no other transaction holds this name, and holds it to the end of this one. In SQLite a transaction
/// that writes is alone anyway.
///
/// Names are taken before rows are, so that nobody waits for each other.
pub(crate) async fn hold(transaction: &DatabaseTransaction, name: &str) -> Result<(), CatalogError> {
    if super::is_serial(transaction) {
        return Ok(());
    }
    let column = Alias::new("name");
    let mut upsert = Query::insert();
    upsert
        .into_table(Alias::new("catalog_lock"))
        .columns([column.clone()])
        .values_panic([name.into()])
        .on_conflict(OnConflict::column(column.clone()).update_column(column).to_owned());
    transaction.execute(&upsert).await.map_err(CatalogError::database)?;
    Ok(())
}
