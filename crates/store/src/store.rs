//! The open store.

use std::num::NonZeroU64;
use std::sync::{Arc, Weak};

use portolan_catalog::{BlobGeneration, Content, RepositoryPage, UploadId};
use portolan_oci::{RepositoryName, with_causes};
use tokio::time::{Instant, interval_at};

use crate::holding::{self, Holding};
use crate::records::Recorder;
use crate::uploads::Uploads;
use crate::watermark::Watermark;
use crate::{
    BlobBackend, CollectOptions, KnownDamage, RecordKeeper, StoreError, StoreRepository, StoreResult,
    StoreSettings, VerifyObserver, VerifyReport, VerifyStoreError, belongs, host, verify,
};

/// The open store; clones are cheap and are the same store.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    content: Content,
    backend: Arc<dyn BlobBackend>,
    recorder: Recorder,
    settings: StoreSettings,
    uploads: Uploads,
    watermark: Watermark,
    holding: Holding,
    /// Which process this is, to others who share the catalogue.
    node: String,
}

impl Store {
    /// Opens the store whose bytes lie in `backend`, whose rows are `content`, and whose `records` would make them
    /// again.
    ///
    /// # Errors
    /// [`StoreError::CatalogueLost`](crate::StoreError::CatalogueLost),
    /// [`StoreError::FilesLost`](crate::StoreError::FilesLost) or
    /// [`StoreError::Foreign`] if they do not belong together;
    /// [`StoreError::HeldElsewhere`] if another host has it; if one of them fails.
    pub async fn open(
        settings: StoreSettings,
        content: Content,
        backend: Arc<dyn BlobBackend>,
        records: Arc<dyn RecordKeeper>,
    ) -> StoreResult<Self> {
        belongs::make_sure(&content, &*backend, &*records).await?;
        let holding = Holding::begin(&content, &host::this()).await?;
        let watermark = Watermark::new(settings.reserve, Arc::clone(&backend));
        watermark.look().await?;
        let uploads = Uploads::new(settings.uploads);
        let (node, recorder) = (UploadId::random().to_string(), Recorder::new(records));
        let inner = Inner { content, backend, recorder, settings, uploads, watermark, holding, node };
        let store = Self(Arc::new(inner));
        tokio::spawn(keep_holding(Arc::downgrade(&store.0)));
        Ok(store)
    }

    /// The repository of this name, which need not be there yet.
    pub fn repository(&self, name: RepositoryName) -> StoreRepository {
        StoreRepository::new(self.clone(), name)
    }

    /// The names of repositories in the order of their bytes, those behind `after`, at most so many.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn repositories(&self, after: Option<&str>, limit: u32) -> StoreResult<RepositoryPage> {
        Ok(self.content().repositories(after, Some(limit)).await?)
    }

    /// Reads all blobs, no faster than `rate` bytes a second, and takes aside those that are damaged.
    ///
    /// # Errors
    /// If the catalogue or the storage fails; damage is no error but the answer.
    pub async fn verify(
        &self,
        rate: Option<NonZeroU64>,
        observer: &dyn VerifyObserver,
    ) -> Result<VerifyReport, VerifyStoreError> {
        verify((&**self.backend(), self.recorder().keeper(), self.content()), None, rate, observer).await
    }

    /// All blobs that were found damaged and are not put right yet, with the images that need them.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn damaged(&self) -> StoreResult<Vec<KnownDamage>> {
        let (mut damaged, mut after) = (Vec::new(), None);
        loop {
            let page = self.content().dump_damaged(after.as_ref()).await?;
            let Some((last, _)) = page.last() else { return Ok(damaged) };
            after = Some(last.digest);
            for (BlobGeneration { digest, .. }, since) in page {
                let breaks = self.content().broken_by(&digest).await?;
                damaged.push(KnownDamage { digest, since, breaks });
            }
        }
    }

    /// Whether the store can be used now.
    ///
    /// # Errors
    /// What is in the way: the catalogue, or the storage.
    pub async fn check(&self) -> StoreResult<()> {
        self.may_write()?;
        self.repositories(None, 1).await?;
        self.free_bytes().await?;
        Ok(())
    }

    /// How many bytes are free where the store lies.
    ///
    /// # Errors
    /// If the storage fails.
    pub async fn free_bytes(&self) -> StoreResult<u64> {
        Ok(self.backend().room().await?.free)
    }

    /// How many upload sessions are open in this process.
    pub fn open_uploads(&self) -> usize {
        self.uploads().count()
    }

    /// Says anew that this host has the store. That is done by itself, four times a minute.
    ///
    /// # Errors
    /// [`StoreError::TakenOver`] if another host has taken it; if the catalogue fails.
    pub async fn renew_hold(&self) -> StoreResult<()> {
        self.0.holding.renew(self.content()).await
    }

    /// Fails while nothing may be written: another host may have the store.
    pub(crate) fn may_write(&self) -> StoreResult<()> {
        self.0.holding.check()
    }

    /// Fails while content must not be taken.
    pub(crate) async fn takes_content(&self) -> StoreResult<()> {
        self.may_write()?;
        self.watermark().check().await
    }

    pub(crate) fn content(&self) -> &Content {
        &self.0.content
    }

    pub(crate) fn backend(&self) -> &Arc<dyn BlobBackend> {
        &self.0.backend
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }

    /// How long what nothing needs any more stays, as the settings say.
    pub fn collection(&self) -> &CollectOptions {
        &self.settings().collection
    }

    pub(crate) fn settings(&self) -> &StoreSettings {
        &self.0.settings
    }

    pub(crate) fn uploads(&self) -> &Uploads {
        &self.0.uploads
    }

    /// The name of this process among those that share the catalogue.
    pub fn node(&self) -> &str {
        &self.0.node
    }

    pub(crate) fn watermark(&self) -> &Watermark {
        &self.0.watermark
    }
}

/// Renews the lease for as long as anybody has the store open.
async fn keep_holding(store: Weak<Inner>) {
    let mut ticks = interval_at(Instant::now() + holding::EVERY, holding::EVERY);
    loop {
        ticks.tick().await;
        let Some(inner) = store.upgrade() else { return };
        match inner.holding.renew(&inner.content).await {
            Ok(()) => {}
            Err(error @ StoreError::TakenOver { .. }) => {
                tracing::error!(cause = with_causes(&error), "the store is another host's now");
                return;
            }
            Err(error) => {
                tracing::warn!(cause = with_causes(&error), "the lease of the store is not renewed yet");
            }
        }
    }
}
