//! The open database.

use jiff::Timestamp;

use crate::opening::Opening;
use crate::writer::{Limits, Writer};
use crate::{
    Access, Brought, CatalogError, Changes, Condemned, Content, DatabaseLocation, Journal, Nodes, Requests,
    Runs, Tasks, WriterStats,
};

/// The open database: the way to each subject.
///
/// Several processes may have the same database open. To end in order, call [`close`](Self::close): what
/// is dropped instead may lose the hints of the last moments, but nothing that was acknowledged.
#[derive(Debug)]
pub struct Catalog {
    opening: Opening,
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
        let catalog = Self::begin_to_open(location);
        catalog.journal().opened().await?;
        Ok(catalog)
    }

    /// Begins to open the database on the runtime of the caller. What is asked of its handles meanwhile waits;
    /// if it cannot be opened, each call fails with the reason, as [`Journal::opened`] does.
    pub fn begin_to_open(location: &DatabaseLocation) -> Self {
        let opening = Opening::start(location.clone());
        let writing = opening.clone();
        let writing = async move { Ok(writing.connections().await?.writing) };
        Self { opening, writer: Writer::start(writing, Limits::default()) }
    }

    /// The journal, for one run of copying: trees that this handle and its clones have begun do not count
    /// as left over from an earlier run.
    pub fn journal(&self) -> Journal {
        Journal::new(self.writer.handle(), self.opening.clone(), Timestamp::now())
    }

    /// The runs of mirrors.
    pub fn runs(&self) -> Runs {
        Runs::new(self.writer.handle(), self.opening.clone())
    }

    /// The nodes that share the database.
    pub fn nodes(&self) -> Nodes {
        Nodes::new(self.writer.handle(), self.opening.clone())
    }

    /// Requests that are done once.
    pub fn requests(&self) -> Requests {
        Requests::new(self.writer.handle(), self.opening.clone())
    }

    /// The pieces of work that runs give to the nodes.
    pub fn tasks(&self) -> Tasks {
        Tasks::new(self.writer.handle(), self.opening.clone())
    }

    /// What prunes condemned and deleted.
    pub fn condemned(&self) -> Condemned {
        Condemned::new(self.writer.handle(), self.opening.clone())
    }

    /// What mirrors have brought.
    pub fn brought(&self) -> Brought {
        Brought::new(self.writer.handle(), self.opening.clone())
    }

    /// What the store holds.
    pub fn content(&self) -> Content {
        Content::new(self.writer.handle(), self.opening.clone())
    }

    /// The changes of what the store holds.
    pub fn changes(&self) -> Changes {
        Changes::new(self.writer.handle(), self.opening.clone())
    }

    /// Users and tokens.
    pub fn access(&self) -> Access {
        Access::new(self.writer.handle(), self.opening.clone())
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
        // What could not be opened needs no closing, and has told those who asked for it.
        match self.opening.connections().await {
            Ok(connections) => connections.close().await,
            Err(_) => Ok(()),
        }
    }
}
