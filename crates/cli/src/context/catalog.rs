//! The catalogue, opened when it is first wanted.

use portolan_catalog::{
    Access, Catalog, CatalogError, Changes, Content, DatabaseLocation, Journal, Nodes, Requests,
};
use portolan_sync::Books;
use tokio::sync::Mutex;

/// The catalogue, opened when it is first wanted.
#[derive(Debug)]
pub(crate) struct LazyCatalog {
    location: DatabaseLocation,
    open: Mutex<Option<Catalog>>,
}

impl LazyCatalog {
    pub(super) fn new(location: DatabaseLocation) -> Self {
        Self { location, open: Mutex::default() }
    }

    /// The journal, which may still be opened when this returns: what is asked of it waits for that.
    pub(super) async fn journal(&self) -> Journal {
        self.with(Catalog::journal).await
    }

    /// What is written down about mirrors, likewise.
    pub(super) async fn books(&self) -> Books {
        self.with(Books::of).await
    }

    /// The nodes that share it, likewise.
    pub(super) async fn nodes(&self) -> Nodes {
        self.with(Catalog::nodes).await
    }

    /// Requests that are done once, likewise.
    pub(super) async fn requests(&self) -> Requests {
        self.with(Catalog::requests).await
    }

    /// What the store holds, likewise.
    pub(super) async fn content(&self) -> Content {
        self.with(Catalog::content).await
    }

    /// Its changes, likewise.
    pub(super) async fn changes(&self) -> Changes {
        self.with(Catalog::changes).await
    }

    /// Users and tokens, likewise.
    pub(super) async fn access(&self) -> Access {
        self.with(Catalog::access).await
    }

    async fn with<T>(&self, subject: impl FnOnce(&Catalog) -> T) -> T {
        let mut open = self.open.lock().await;
        subject(open.get_or_insert_with(|| Catalog::begin_to_open(&self.location)))
    }

    /// Writes what is queued, and closes it if it was opened.
    pub(super) async fn close(&self) -> Result<(), CatalogError> {
        match self.open.lock().await.take() {
            Some(catalog) => catalog.close().await,
            None => Ok(()),
        }
    }
}
