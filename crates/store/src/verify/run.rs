//! All blobs, in the order of their digests.

use std::num::NonZeroU64;

use jiff::Timestamp;
use portolan_catalog::{
    BlobGeneration, BlobPlace, BlobWithBytes, Broken, CatalogError, Content, MarkDamaged,
};
use portolan_oci::Digest;

use super::check::{Wrong, check};
use super::pace::Pace;
use crate::{BackendError, BlobBackend, BlobKey, Record, RecordKeeper, StoreError};

/// Rows that are read at once.
const PAGE: u32 = 500;

/// Sees how far it is, and can write it down: it goes on after any blob that was checked.
pub trait VerifyObserver: Send + Sync {
    /// This blob, of so many bytes, was read.
    fn checked(&self, blob: &Digest, bytes: u64);
}

/// A blob whose bytes are wrong: nobody reads it until it is pushed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedBlob {
    /// Which.
    pub key: BlobKey,
    /// What is wrong with it.
    pub wrong: Wrong,
    /// The images that need it.
    pub breaks: Vec<Broken>,
}

/// A blob that is known to be damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDamage {
    /// Which.
    pub digest: Digest,
    /// When it was found.
    pub since: Timestamp,
    /// The images that need it.
    pub breaks: Vec<Broken>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct VerifyReport {
    /// Blobs that were read.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are wrong.
    pub damaged: Vec<DamagedBlob>,
    /// Those that could not be read: that says nothing of them.
    pub unread: Vec<(Digest, BackendError)>,
}

/// Why a store could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyStoreError {
    /// The store says not which one it is: perhaps its disk is not mounted. Nothing is marked.
    #[error("the store's files are not there")]
    NoStore,
    /// The store could not be read or written.
    #[error("verifying the files of the store")]
    Store(#[from] BackendError),
    /// The database could not be read or written.
    #[error("verifying the catalogue of the store")]
    Catalog(#[from] CatalogError),
}

impl From<VerifyStoreError> for StoreError {
    fn from(error: VerifyStoreError) -> Self {
        match error {
            VerifyStoreError::NoStore => Self::FilesLost,
            VerifyStoreError::Store(error) => Self::Backend(error),
            VerifyStoreError::Catalog(error) => Self::Catalog(error),
        }
    }
}

/// Reads the bytes of all blobs after this one (`None` for all), at no more than `rate` bytes a second. What is wrong
/// is marked, set aside and recorded; it is pushed again like any blob that is not there.
///
/// # Errors
/// [`VerifyStoreError`]. A blob that cannot be read is no error: it is told.
pub async fn verify(
    (backend, records, content): (&dyn BlobBackend, &dyn RecordKeeper, &Content),
    mut after: Option<Digest>,
    rate: Option<NonZeroU64>,
    observer: &dyn VerifyObserver,
) -> Result<VerifyReport, VerifyStoreError> {
    let (mut report, mut pace) = (VerifyReport::default(), Pace::new(rate));
    loop {
        let page = content.blobs_with_bytes(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(report) };
        after = Some(last.digest);
        for blob in &page {
            match check(backend, blob, &mut pace).await {
                Ok(None) => {}
                Ok(Some(wrong)) => {
                    report.damaged.extend(mark((backend, records, content), blob, wrong).await?);
                }
                Err(error @ BackendError::Stopped { .. }) => return Err(error.into()),
                Err(error) => report.unread.push((blob.digest, error)),
            }
            report.blobs += 1;
            report.bytes = report.bytes.saturating_add(blob.size);
            observer.checked(&blob.digest, blob.size);
        }
    }
}

/// `None` if its bytes are elsewhere meanwhile, or it was collected.
pub(crate) async fn mark(
    (backend, records, content): (&dyn BlobBackend, &dyn RecordKeeper, &Content),
    blob: &BlobWithBytes,
    wrong: Wrong,
) -> Result<Option<DamagedBlob>, VerifyStoreError> {
    if backend.identity().await?.is_none() {
        return Err(VerifyStoreError::NoStore);
    }
    let (digest, generation) = (blob.digest, blob.generation);
    match content.mark_damaged(BlobGeneration { digest, generation }).await? {
        MarkDamaged::Elsewhere => return Ok(None),
        MarkDamaged::Marked => {}
    }
    let key = BlobKey { digest, generation };
    if matches!(blob.place, BlobPlace::File { .. }) {
        backend.set_aside(&key).await?;
    }
    records.append(vec![Record::Damaged { digest, generation, at: Timestamp::now() }]).await?;
    Ok(Some(DamagedBlob { key, wrong, breaks: content.broken_by(&digest).await? }))
}
