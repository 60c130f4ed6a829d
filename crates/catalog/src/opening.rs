//! Opening the database while others already ask for it.

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};

use crate::database::{Connections, Readers, open};
use crate::{CatalogError, DatabaseLocation};

/// A database that is being opened by a task of its own. A new one costs the disk several flushes, and there
/// is often something to ask of a registry in the meantime.
#[derive(Debug, Clone)]
pub(crate) struct Opening(Shared<BoxFuture<'static, Result<Connections, CatalogError>>>);

impl Opening {
    pub(crate) fn start(location: DatabaseLocation) -> Self {
        let task = tokio::spawn(async move { open(&location).await });
        Self(async { task.await.unwrap_or(Err(CatalogError::Closed)) }.boxed().shared())
    }

    /// The connections, as soon as the database is open.
    pub(crate) async fn connections(&self) -> Result<Connections, CatalogError> {
        self.0.clone().await
    }

    /// The connections that read.
    pub(crate) async fn readers(&self) -> Result<Readers, CatalogError> {
        Ok(self.connections().await?.readers)
    }
}
