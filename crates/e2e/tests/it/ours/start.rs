//! A daemon for a test.

use std::sync::Arc;

use async_trait::async_trait;
use portolan_catalog::DatabaseLocation;
use portolan_oci::RepositoryName;
use portolan_server::http::HttpLimits;
use portolan_server::testing::Running;
use portolan_store::{Reserve, Store, StoreSettings};
use portolan_testkit::client::Client;
use portolan_transport::{OwnStore, Source, Target, TransportResult};
use tempfile::TempDir;

/// A daemon with a store of its own; both end with the test.
pub(crate) struct Ours {
    running: Running,
    _folder: TempDir,
}

impl Ours {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let database = DatabaseLocation::SqliteFile(folder.path().join("portolan.db"));
        let (settings, limits) =
            (StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() }, HttpLimits::default());
        let running = Running::start(folder.path(), &database, settings, limits).await.unwrap();
        Self { running, _folder: folder }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.running.host()
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.running.url())
    }

    /// Its store, as places know it.
    pub(crate) fn store(&self) -> Arc<dyn OwnStore> {
        Arc::new(Within(self.running.store.clone()))
    }
}

struct Within(Store);

#[async_trait]
impl OwnStore for Within {
    async fn source(&self, repository: &RepositoryName) -> TransportResult<Arc<dyn Source>> {
        Ok(Arc::new(self.0.repository(repository.clone())))
    }

    async fn target(&self, repository: &RepositoryName) -> TransportResult<Arc<dyn Target>> {
        Ok(Arc::new(self.0.repository(repository.clone())))
    }
}
