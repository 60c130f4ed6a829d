//! Opening the database while others already ask for it.

use std::path::Path;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use sea_orm::DatabaseConnection;

use crate::{CatalogError, DatabaseLocation, migrations, sqlite};

/// The connections of an open database.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pub(crate) readers: DatabaseConnection,
    pub(crate) writing: DatabaseConnection,
    pub(crate) locks: sqlite::Locks,
}

/// A database that is being opened by a task of its own. A new one costs the disk several flushes, and there
/// is often something to ask of a registry in the meantime.
#[derive(Debug, Clone)]
pub(crate) struct Opening(Shared<BoxFuture<'static, Result<Connections, CatalogError>>>);

impl Opening {
    pub(crate) fn start(location: DatabaseLocation) -> Self {
        let task = tokio::spawn(async move {
            match &location {
                DatabaseLocation::SqliteFile(path) => open_sqlite(&location, path).await,
            }
        });
        Self(async { task.await.unwrap_or(Err(CatalogError::Closed)) }.boxed().shared())
    }

    /// The connections, as soon as the database is open.
    pub(crate) async fn connections(&self) -> Result<Connections, CatalogError> {
        self.0.clone().await
    }

    /// The connections that read.
    pub(crate) async fn readers(&self) -> Result<DatabaseConnection, CatalogError> {
        Ok(self.connections().await?.readers)
    }
}

async fn open_sqlite(location: &DatabaseLocation, path: &Path) -> Result<Connections, CatalogError> {
    sqlite::prepare_file(location, path)?;
    let writing = sqlite::connect_writer(location, path).await?;
    if let Err(error) = bring_up_to_date(&writing, location).await {
        let _ = writing.close_by_ref().await;
        return Err(error);
    }
    Ok(Connections { readers: sqlite::readers(path), writing, locks: sqlite::Locks::beside(path) })
}

async fn bring_up_to_date(
    writing: &DatabaseConnection,
    location: &DatabaseLocation,
) -> Result<(), CatalogError> {
    sqlite::use_wal(writing).await?;
    migrations::bring_up_to_date(writing, location).await
}
