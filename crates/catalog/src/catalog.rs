//! The open database.

use std::path::Path;

use jiff::Timestamp;
use sea_orm::DatabaseConnection;

use crate::writer::{Limits, Writer};
use crate::{CatalogError, DatabaseLocation, Journal, WriterStats, migrations, sqlite};

/// The open database: the way to each subject.
///
/// Several processes may have the same database open. To end in order, call [`close`](Self::close): what
/// is dropped instead may lose the hints of the last moments, but nothing that was acknowledged.
#[derive(Debug)]
pub struct Catalog {
    readers: DatabaseConnection,
    writing: DatabaseConnection,
    writer: Writer,
}

impl Catalog {
    /// Opens the database, after making it (readable by its owner only) or bringing its tables up to date
    /// where that is needed. Other processes may do the same at the same time.
    ///
    /// # Errors
    /// [`CatalogError::Open`] if the file or its folder cannot be used; [`CatalogError::Newer`] if a newer
    /// Portolan has been here; [`CatalogError::Busy`] if another process holds the database too long.
    pub async fn open(location: &DatabaseLocation) -> Result<Self, CatalogError> {
        match location {
            DatabaseLocation::SqliteFile(path) => Self::open_sqlite(location, path).await,
        }
    }

    async fn open_sqlite(location: &DatabaseLocation, path: &Path) -> Result<Self, CatalogError> {
        sqlite::prepare_file(location, path)?;
        let writing = sqlite::connect_writer(location, path).await?;
        if let Err(error) = Self::bring_up_to_date(&writing, location).await {
            let _ = writing.close_by_ref().await;
            return Err(error);
        }
        let readers = sqlite::readers(path);
        let writer = Writer::start(writing.clone(), Limits::default());
        Ok(Self { readers, writing, writer })
    }

    async fn bring_up_to_date(
        writing: &DatabaseConnection,
        location: &DatabaseLocation,
    ) -> Result<(), CatalogError> {
        sqlite::use_wal(writing).await?;
        migrations::bring_up_to_date(writing, location).await
    }

    /// The journal, for one run of copying: trees that this handle and its clones have begun do not count
    /// as left over from an earlier run.
    pub fn journal(&self) -> Journal {
        Journal::new(self.writer.handle(), self.readers.clone(), Timestamp::now())
    }

    /// What the writer has done since the database was opened.
    pub fn writer_stats(&self) -> WriterStats {
        self.writer.handle().stats()
    }

    /// Commits what is queued, hints too, and closes the database. What is asked of its handles afterwards
    /// fails with [`CatalogError::Closed`].
    ///
    /// # Errors
    /// [`CatalogError::Database`] if a connection cannot be closed. (A write that fails tells its caller.)
    pub async fn close(self) -> Result<(), CatalogError> {
        self.writer.finish().await;
        // The writing connection last: the last one to leave folds the write-ahead log into the database,
        // which a read-only connection cannot do.
        self.readers.close_by_ref().await.map_err(CatalogError::database)?;
        self.writing.close_by_ref().await.map_err(CatalogError::database)
    }
}
