//! Starting a transaction that writes.

use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};

use crate::{CatalogError, sqlite};

/// Starts a transaction that writes. SQLite gives it the write lock; on a server it sees what was committed before
/// each of its statements, and locks what it touches.
///
/// # Errors
/// [`CatalogError::Busy`] if another process kept the lock through all attempts, [`CatalogError::Unavailable`].
pub(crate) async fn begin(database: &DatabaseConnection) -> Result<DatabaseTransaction, CatalogError> {
    if super::is_serial(database) {
        return sqlite::begin(database).await;
    }
    database.begin().await.map_err(CatalogError::database)
}
