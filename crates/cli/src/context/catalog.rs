//! The catalogue, opened when it is first wanted.

use portolan_catalog::{Catalog, CatalogError, DatabaseLocation, Journal};
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

    /// The journal.
    pub(super) async fn journal(&self) -> Result<Journal, CatalogError> {
        let mut open = self.open.lock().await;
        if let Some(catalog) = open.as_ref() {
            return Ok(catalog.journal());
        }
        let catalog = Catalog::open(&self.location).await?;
        Ok(open.insert(catalog).journal())
    }

    /// Writes what is queued, and closes it if it was opened.
    pub(super) async fn close(&self) -> Result<(), CatalogError> {
        match self.open.lock().await.take() {
            Some(catalog) => catalog.close().await,
            None => Ok(()),
        }
    }
}
