//! Changing the tables.

use sea_orm::DatabaseConnection;

use super::begin;
use crate::{CatalogError, DatabaseLocation, migrations};

/// Checks that the tables are those of this program, and changes them where they are older.
///
/// The check alone (by far the most frequent case) takes two small reads. The changes run in one
/// transaction that holds the write lock: of several processes one does the work and the others then find
/// it done; a process that dies leaves nothing half done.
pub(super) async fn bring_up_to_date(
    database: &DatabaseConnection,
    location: &DatabaseLocation,
) -> Result<(), CatalogError> {
    if migrations::are_current(database, location).await? {
        return Ok(());
    }
    let transaction = begin(database).await?;
    if !migrations::are_current(&transaction, location).await? {
        migrations::apply(&transaction).await?;
    }
    transaction.commit().await.map_err(CatalogError::database)
}
