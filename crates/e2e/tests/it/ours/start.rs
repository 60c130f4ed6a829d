//! A daemon for a test.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use portolan_catalog::DatabaseLocation;
use portolan_oci::RepositoryName;
use portolan_server::access::Admission;
use portolan_server::http::HttpLimits;
use portolan_server::testing::{Doors, Running};
use portolan_server::tls::TlsFiles;
use portolan_store::{Reserve, Store, StoreSettings};
use portolan_testkit::client::Client;
use portolan_testkit::tls::Authority;
use portolan_transport::{OwnStore, Source, Target, TransportResult};
use tempfile::TempDir;

/// A daemon with a store of its own; both end with the test.
pub(crate) struct Ours {
    running: Running,
    folder: TempDir,
}

impl Ours {
    pub(crate) async fn start() -> Self {
        Self::start_in(TempDir::new().unwrap(), None).await
    }

    /// One that speaks TLS, with a certificate of an authority of its own.
    pub(crate) async fn secured() -> Self {
        let folder = TempDir::new().unwrap();
        let authority = Authority::new("ours");
        let identity = authority.server();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        std::fs::create_dir(folder.path().join("certs")).unwrap();
        write("certs/ca.crt", &authority.pem());
        let files = TlsFiles::new(write("tls.crt", &identity.certificate), write("tls.key", &identity.key));
        Self::start_in(folder, Some(files)).await
    }

    async fn start_in(folder: TempDir, certificate: Option<TlsFiles>) -> Self {
        let database = DatabaseLocation::SqliteFile(folder.path().join("portolan.db"));
        let (settings, limits) =
            (StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() }, HttpLimits::default());
        let doors = Doors { limits, certificate, admission: Admission::ThisMachine };
        let running = Running::start_with(folder.path(), &database, settings, doors).await;
        Self { running: running.unwrap(), folder }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.running.host()
    }

    /// Where the certificate of its authority is, as other programs want it.
    pub(crate) fn certs(&self) -> PathBuf {
        self.folder.path().join("certs")
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
