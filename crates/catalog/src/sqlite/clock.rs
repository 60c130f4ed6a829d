//! The database's clock, the only one that all who share the database have.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::CatalogError;

/// Microseconds since 1970, UTC.
pub(crate) async fn now(database: &impl ConnectionTrait) -> Result<i64, CatalogError> {
    let sql = "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)";
    let row = database
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await
        .map_err(CatalogError::database)?
        .ok_or_else(|| CatalogError::database(DbErr::RecordNotFound("the time".to_owned())))?;
    row.try_get_by_index(0).map_err(CatalogError::database)
}
