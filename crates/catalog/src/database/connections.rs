//! The connections of an open database.

use std::num::NonZeroU32;

use sea_orm::DatabaseConnection;

use super::{Locks, Readers};
use crate::{CatalogError, DatabaseLocation, mysql, postgres, sqlite};

/// The connections of an open database.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pub(crate) readers: Readers,
    pub(crate) writing: Writing,
    pub(crate) locks: Locks,
}

/// The connections that write.
#[derive(Debug, Clone)]
pub(crate) struct Writing {
    pub(crate) database: DatabaseConnection,
    /// How many there are.
    pub(crate) connections: NonZeroU32,
}

impl Connections {
    /// Closes all of them.
    pub(crate) async fn close(&self) -> Result<(), CatalogError> {
        // The writing connection last: the last one to leave folds SQLite's write-ahead log into the database,
        // which a read-only connection cannot do.
        self.readers.close().await?;
        self.writing.database.close_by_ref().await.map_err(CatalogError::database)
    }
}

/// Opens the database and brings its tables up to date.
pub(crate) async fn open(location: &DatabaseLocation) -> Result<Connections, CatalogError> {
    match location {
        DatabaseLocation::SqliteFile(path) => sqlite::open(location, path).await,
        DatabaseLocation::Postgres(server) => postgres::open(location, server).await,
        DatabaseLocation::Mysql(server) => mysql::open(location, server).await,
    }
}
