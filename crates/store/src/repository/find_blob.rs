//! Blobs, for reading.

use std::ops::Range;

use jiff::Timestamp;
use portolan_catalog::{BlobPlace, RenewLink, StoredBlob};
use portolan_oci::Digest;

use super::StoreRepository;
use crate::{BackendError, BlobBytes, BlobKey, StoreResult};

impl StoreRepository {
    /// The blob, if it may be read in this repository.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn find_blob(&self, digest: &Digest) -> StoreResult<Option<StoredBlob>> {
        Ok(self.content().find_blob(&self.name, digest).await?)
    }

    /// These bytes of a blob that was found. A blob that was written anew in the meantime is found once more;
    /// `None` if it is gone.
    ///
    /// # Errors
    /// If the storage or the catalogue fails.
    pub async fn read_blob(&self, blob: &StoredBlob, range: Range<u64>) -> StoreResult<Option<BlobBytes>> {
        let first = match self.bytes(blob, range.clone()).await {
            Err(error @ (BackendError::NotFound(_) | BackendError::NoPack(_))) => error,
            read => return Ok(Some(read?)),
        };
        match self.find_blob(&blob.digest).await? {
            None => Ok(None),
            Some(again) if again.place == blob.place => Err(first.into()),
            Some(again) => Ok(Some(self.bytes(&again, range).await?)),
        }
    }

    async fn bytes(&self, blob: &StoredBlob, range: Range<u64>) -> Result<BlobBytes, BackendError> {
        match &blob.place {
            BlobPlace::File { generation } => {
                let key = BlobKey { digest: blob.digest, generation: *generation };
                self.store().backend().read(&key, range).await
            }
            BlobPlace::Packed { pack, offset } => {
                let at = |byte: u64| offset.saturating_add(byte);
                self.store().backend().read_packed(pack, at(range.start)..at(range.end)).await
            }
        }
    }

    /// Whether the blob is here, said to somebody who is about to rely on that: it stays for at least half the
    /// grace time of the collection.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn promise_blob(&self, digest: &Digest) -> StoreResult<Option<StoredBlob>> {
        let Some(found) = self.find_blob(digest).await? else { return Ok(None) };
        let half = self.store().settings().collection.grace / 2;
        if Timestamp::now().duration_since(found.linked_at).unsigned_abs() > half {
            let renewed = self.content().renew_link(&self.name, digest).await?;
            // A collector was faster.
            return Ok((renewed == RenewLink::Renewed).then_some(found));
        }
        Ok(Some(found))
    }
}
