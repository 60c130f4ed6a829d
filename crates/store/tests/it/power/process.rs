//! One process that has the store.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portolan_catalog::{Catalog, DatabaseLocation};
use portolan_store::testing::UnreliablePower;
use portolan_store::{
    DiskBackend, DiskRecords, RecordKeeper, Reserve, Store, StoreError, StoreSettings, UploadLimits,
};

pub(super) struct Process {
    pub(super) store: Store,
    pub(super) catalog: Catalog,
    pub(super) backend: DiskBackend,
    pub(super) records: Arc<dyn RecordKeeper>,
}

impl Process {
    /// Opens the store that lies on the machine, with the catalogue in this file.
    pub(super) async fn on(
        machine: &UnreliablePower,
        database: &Path,
        idle: Duration,
    ) -> Result<Self, NotOpened> {
        match machine.open().await {
            Ok(backend) => Self::with(backend, database, idle).await,
            Err(cause) => Err(NotOpened { cause: cause.into(), catalog: None }),
        }
    }

    pub(super) async fn with(
        backend: DiskBackend,
        database: &Path,
        idle: Duration,
    ) -> Result<Self, NotOpened> {
        let catalog = open(database).await;
        let records: Arc<dyn RecordKeeper> = Arc::new(DiskRecords::beside(&backend));
        let uploads = UploadLimits { idle, ..UploadLimits::default() };
        let settings = StoreSettings { reserve: Reserve::Bytes(0), uploads, ..StoreSettings::default() };
        let bytes = Arc::new(backend.clone());
        match Store::open(settings, catalog.content(), bytes, Arc::clone(&records)).await {
            Ok(store) => Ok(Self { store, catalog, backend, records }),
            Err(cause) => Err(NotOpened { cause, catalog: Some(catalog) }),
        }
    }

    pub(super) async fn end(self) {
        drop((self.store, self.backend, self.records));
        self.catalog.close().await.unwrap();
    }
}

/// A process that could not open the store. Its database stays as it is until it ends.
#[derive(Debug)]
pub(super) struct NotOpened {
    #[expect(dead_code, reason = "shown when nothing should have failed")]
    cause: StoreError,
    catalog: Option<Catalog>,
}

impl NotOpened {
    pub(super) async fn end(self) {
        if let Some(catalog) = self.catalog {
            catalog.close().await.unwrap();
        }
    }
}

pub(super) async fn open(database: &Path) -> Catalog {
    Catalog::open(&DatabaseLocation::SqliteFile(database.to_owned())).await.unwrap()
}
