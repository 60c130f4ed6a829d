//! Starting a transaction that writes.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::CatalogError;
use crate::database::{Fault, fault};

/// How often the lock is asked for; each time SQLite waits for it as long as the connection is patient.
const ATTEMPTS: u32 = 6;

/// Starts a transaction with the write lock in hand, so that nothing in it can fail for another's sake.
///
/// # Errors
/// [`CatalogError::Busy`] if another process kept the lock through all attempts.
pub(crate) async fn begin(database: &DatabaseConnection) -> Result<DatabaseTransaction, CatalogError> {
    let mut attempt = 1;
    loop {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        match database.begin_with_options(options).await {
            Ok(transaction) => return Ok(transaction),
            Err(error) if fault(&error) == Some(Fault::Busy) && attempt < ATTEMPTS => {
                tracing::debug!(attempt, "another process is writing to the database");
                attempt += 1;
            }
            Err(error) => return Err(CatalogError::database(error)),
        }
    }
}
