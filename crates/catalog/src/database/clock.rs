//! The database's clock, the only one that all who share the database have.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::{CatalogError, mysql, postgres, sqlite};

/// Microseconds since 1970, UTC; not the time when the transaction began.
pub(crate) async fn now(database: &impl ConnectionTrait) -> Result<i64, CatalogError> {
    let backend = database.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => postgres::NOW,
        DbBackend::MySql => mysql::NOW,
        _ => sqlite::NOW,
    };
    let row = database
        .query_one_raw(Statement::from_string(backend, sql))
        .await
        .map_err(CatalogError::database)?
        .ok_or_else(|| CatalogError::database(DbErr::RecordNotFound("the time".to_owned())))?;
    row.try_get_by_index(0).map_err(CatalogError::database)
}
