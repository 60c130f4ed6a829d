//! The store, opened when it is first wanted.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use portolan_oci::RepositoryName;
use portolan_store::{
    DiskBackend, DiskLayouts, DiskRecords, RebuildError, Rebuilt, Sharing, Store, StoreError,
    StoreRepository, StoreResult, StoreSettings, rebuild,
};
use portolan_transport::{OwnStore, Source, Target, TransportError, TransportResult};
use tokio::sync::OnceCell;

use super::catalog::LazyCatalog;

/// The store, opened when it is first wanted.
#[derive(Debug)]
pub(crate) struct LazyStore {
    folder: PathBuf,
    catalog: Arc<LazyCatalog>,
    open: OnceCell<Store>,
    layouts: OnceLock<DiskLayouts>,
}

impl LazyStore {
    /// The store of the data folder.
    pub(super) fn new(folder: PathBuf, catalog: Arc<LazyCatalog>) -> Self {
        Self { folder, catalog, open: OnceCell::new(), layouts: OnceLock::new() }
    }

    pub(crate) async fn store(&self) -> StoreResult<&Store> {
        self.open.get_or_try_init(|| self.open()).await
    }

    /// The layouts beside it, once it is open.
    pub(crate) fn layouts(&self) -> Option<&DiskLayouts> {
        self.layouts.get()
    }

    /// Makes the catalogue again of what lies in the store. Nobody else may have it.
    pub(crate) async fn rebuild(&self) -> Result<Rebuilt, RebuildError> {
        let backend = DiskBackend::open(self.folder.clone(), Sharing::Alone).await?;
        let records = DiskRecords::beside(&backend);
        rebuild(&backend, &records, &self.catalog.content().await).await
    }

    async fn open(&self) -> StoreResult<Store> {
        let backend = DiskBackend::open(self.folder.clone(), Sharing::Shared).await?;
        let records = Arc::new(DiskRecords::beside(&backend));
        self.layouts.get_or_init(|| DiskLayouts::beside(&backend));
        let content = self.catalog.content().await;
        Store::open(StoreSettings::default(), content, Arc::new(backend), records).await
    }

    async fn repository(&self, name: &RepositoryName) -> TransportResult<Arc<StoreRepository>> {
        let failed = |cause: StoreError| TransportError::Unavailable {
            what: format!("opening the store in {}", self.folder.display()),
            cause: Box::new(cause),
        };
        Ok(Arc::new(self.store().await.map_err(failed)?.repository(name.clone())))
    }
}

#[async_trait]
impl OwnStore for LazyStore {
    async fn source(&self, repository: &RepositoryName) -> TransportResult<Arc<dyn Source>> {
        Ok(self.repository(repository).await?)
    }

    async fn target(&self, repository: &RepositoryName) -> TransportResult<Arc<dyn Target>> {
        Ok(self.repository(repository).await?)
    }
}
