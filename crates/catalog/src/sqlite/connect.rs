//! Connections: one that writes, a few that read.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, SqlxSqliteConnector, Statement};

use tokio::time::Instant;

use crate::database::{Fault, fault};
use crate::{CatalogError, DatabaseLocation};

/// How long SQLite itself waits for the lock before a statement fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many connections may read at once.
const READERS: u32 = 4;

/// KiB of pages that the writing connection, and each reading one, keeps in memory.
const WRITER_CACHE_KIB: u32 = 2_048;
const READER_CACHE_KIB: u32 = 1_024;

/// How long, and at what distance, the switch to the write-ahead log is tried.
const WAL_PATIENCE: Duration = Duration::from_secs(30);
const WAL_PAUSE: Duration = Duration::from_millis(10);

/// Opens the connection that writes.
pub(crate) async fn connect_writer(
    location: &DatabaseLocation,
    path: &Path,
) -> Result<DatabaseConnection, CatalogError> {
    connect_with_patience(location, path, BUSY_TIMEOUT).await
}

/// Opens a connection that writes and that waits so long for the lock.
pub(crate) async fn connect_with_patience(
    location: &DatabaseLocation,
    path: &Path,
    patience: Duration,
) -> Result<DatabaseConnection, CatalogError> {
    let options = options(path, WRITER_CACHE_KIB).busy_timeout(patience);
    let pool = pool(1)
        .connect_with(options)
        .await
        .map_err(|error| CatalogError::Open { location: location.to_string(), source: Arc::new(error) })?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// The connections that read; each is opened when it is first needed.
pub(crate) fn readers(path: &Path) -> DatabaseConnection {
    let options = options(path, READER_CACHE_KIB).busy_timeout(BUSY_TIMEOUT).read_only(true);
    SqlxSqliteConnector::from_sqlx_sqlite_pool(pool(READERS).connect_lazy_with(options))
}

fn pool(connections: u32) -> SqlitePoolOptions {
    // A connection to a file does not go stale: no pings, no clock that closes idle ones.
    SqlitePoolOptions::new()
        .min_connections(0)
        .max_connections(connections)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

fn options(path: &Path, cache_kib: u32) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", format!("-{cache_kib}"))
        .disable_statement_logging()
}

/// Switches to the write-ahead log; a database that has it already is left alone.
///
/// The switch needs the file for itself, and SQLite does not always wait for that: when several processes
/// make the database at once, this tries again.
pub(crate) async fn use_wal(connection: &DatabaseConnection) -> Result<(), CatalogError> {
    let deadline = Instant::now() + WAL_PATIENCE;
    loop {
        let switch = Statement::from_string(DbBackend::Sqlite, "PRAGMA journal_mode = WAL");
        match connection.query_one_raw(switch).await {
            Ok(_) => return Ok(()),
            Err(error) if fault(&error) == Some(Fault::Busy) && Instant::now() < deadline => {
                tokio::time::sleep(WAL_PAUSE).await;
            }
            Err(error) => return Err(CatalogError::database(error)),
        }
    }
}
