//! A daemon for a test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use portolan_catalog::DatabaseLocation;
use portolan_oci::{Digest, RepositoryName};
use portolan_server::access::Admission;
use portolan_server::http::HttpLimits;
use portolan_server::testing::{Doors, Running};
use portolan_server::tls::TlsFiles;
use portolan_store::{Reserve, Store, StoreSettings, VerifyObserver};
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
        let folder = TempDir::new().unwrap();
        let running = run(folder.path(), &sqlite(folder.path()), None).await;
        Self { running, folder }
    }

    /// One whose catalogue is in this database.
    pub(crate) async fn on(database: &DatabaseLocation) -> Self {
        let folder = TempDir::new().unwrap();
        Self { running: run(folder.path(), database, None).await, folder }
    }

    /// One that has everything on this disk.
    pub(crate) async fn on_disk(disk: &Path) -> Self {
        let folder = TempDir::new_in(disk).unwrap();
        Self { running: run(folder.path(), &sqlite(folder.path()), None).await, folder }
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
        let running = run(folder.path(), &sqlite(folder.path()), Some(files)).await;
        Self { running, folder }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.running.host()
    }

    /// `http://127.0.0.1:PORT`, or with `https`.
    pub(crate) fn url(&self) -> String {
        self.running.url()
    }

    /// `127.0.0.1:PORT/repository:tag`.
    pub(crate) fn reference(&self, repository: &str, tag: &str) -> String {
        format!("{}/{repository}:{tag}", self.host())
    }

    /// Where the certificate of its authority is, as other programs want it.
    pub(crate) fn certs(&self) -> PathBuf {
        self.folder.path().join("certs")
    }

    /// Its folder.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.running.url())
    }

    /// Its store, as places know it.
    pub(crate) fn store(&self) -> Arc<dyn OwnStore> {
        Arc::new(Within(self.running.store.clone()))
    }

    /// Panics unless every blob that it has is what it should be.
    pub(crate) async fn assert_sound(&self) {
        let report = self.running.store.verify(None, &Nobody).await.unwrap();
        assert!(report.damaged.is_empty() && report.unread.is_empty(), "{report:?}");
    }
}

fn sqlite(folder: &Path) -> DatabaseLocation {
    DatabaseLocation::SqliteFile(folder.join("portolan.db"))
}

async fn run(folder: &Path, database: &DatabaseLocation, certificate: Option<TlsFiles>) -> Running {
    let settings = StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() };
    let doors = Doors { limits: HttpLimits::default(), certificate, admission: Admission::ThisMachine };
    Running::start_with(folder, database, settings, doors).await.unwrap()
}

/// Looks away.
struct Nobody;

impl VerifyObserver for Nobody {
    fn checked(&self, _: &Digest, _: u64) {}
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
