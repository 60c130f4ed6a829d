//! Changing the tables.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::connect::Reached;
use crate::{CatalogError, DatabaseLocation, migrations};

/// A lock of the connection, named after the database; it is free when the connection is gone. Waits as long as
/// another node may take.
const LOCK: &str = "SELECT GET_LOCK(CONCAT('portolan.', MD5(DATABASE())), 600)";

/// Nobody gave it back in time.
#[derive(Debug, thiserror::Error)]
#[error("another node has been changing the tables for ten minutes")]
struct Locked;

/// Checks that the tables are those of this program, and changes them where they are older.
///
/// MySQL commits at each change of a table. What a process that died has begun is done again: each step first
/// looks whether it was done, and a migration is noted when all of its steps are.
pub(super) async fn bring_up_to_date(
    server: &Reached,
    location: &DatabaseLocation,
) -> Result<(), CatalogError> {
    let database = server.one_for_migrating();
    let done = check_and_change(&database, location).await;
    let closed = database.close_by_ref().await.map_err(CatalogError::database);
    done.and(closed)
}

async fn check_and_change(
    database: &DatabaseConnection,
    location: &DatabaseLocation,
) -> Result<(), CatalogError> {
    if migrations::are_current(database, location).await? {
        return Ok(());
    }
    lock(database).await?;
    if !migrations::are_current(database, location).await? {
        migrations::apply(database).await?;
    }
    Ok(())
}

/// Held until the connection is closed.
async fn lock(database: &DatabaseConnection) -> Result<(), CatalogError> {
    let row = database
        .query_one_raw(Statement::from_string(DbBackend::MySql, LOCK))
        .await
        .map_err(CatalogError::database)?;
    let taken = match row {
        Some(row) => row.try_get_by_index::<Option<i64>>(0).map_err(CatalogError::database)?,
        None => None,
    };
    if taken == Some(1) { Ok(()) } else { Err(CatalogError::Busy(Arc::new(Locked))) }
}
