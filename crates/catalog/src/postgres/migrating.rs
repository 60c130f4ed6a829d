//! Changing the tables.

use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};

use crate::{CatalogError, DatabaseLocation, migrations};

/// Waits as long as another node may take for it. The number stands for us among others who lock in the same
/// database.
const ALONE: &str = "\
    SET LOCAL lock_timeout = '10min'; \
    SET LOCAL statement_timeout = '10min'; \
    SELECT pg_advisory_xact_lock(8034114902158291310)";

/// Checks that the tables are those of this program, and changes them where they are older: all in one
/// transaction, as in SQLite.
pub(super) async fn bring_up_to_date(
    database: &DatabaseConnection,
    location: &DatabaseLocation,
) -> Result<(), CatalogError> {
    if migrations::are_current(database, location).await? {
        return Ok(());
    }
    let transaction = database.begin().await.map_err(CatalogError::database)?;
    transaction.execute_unprepared(ALONE).await.map_err(CatalogError::database)?;
    if !migrations::are_current(&transaction, location).await? {
        migrations::apply(&transaction).await?;
    }
    transaction.commit().await.map_err(CatalogError::database)
}
