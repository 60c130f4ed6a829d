//! Many blobs, in the order in which they lie.

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use portolan_catalog::{BlobPlace, StoredBlob};
use portolan_oci::Digest;

use super::StoreRepository;
use crate::{BlobBytes, StoreResult};

/// Blobs that are read beside each other.
const AT_ONCE: usize = 4;

impl StoreRepository {
    /// The bytes of those of these blobs that may be read in this repository, in the order in which they lie in the
    /// store. What is not there is not among them.
    ///
    /// # Errors
    /// If the catalogue fails; each of the stream, if the storage does.
    pub async fn get_many(
        &self,
        digests: &[Digest],
    ) -> StoreResult<BoxStream<'static, StoreResult<(Digest, BlobBytes)>>> {
        let mut found = self.content().find_blobs(&self.name, digests).await?;
        found.sort_by(|one, other| lies(one).cmp(&lies(other)));
        let repository = self.clone();
        let read = move |blob: StoredBlob| {
            let repository = repository.clone();
            async move {
                let read = repository.read_blob(&blob, 0..blob.size).await.transpose()?;
                Some(read.map(|bytes| (blob.digest, bytes)))
            }
        };
        Ok(stream::iter(found).map(read).buffered(AT_ONCE).filter_map(std::future::ready).boxed())
    }
}

/// Blobs of one pack are next to each other.
fn lies(blob: &StoredBlob) -> Option<(&str, u64)> {
    match &blob.place {
        BlobPlace::File { .. } => None,
        BlobPlace::Packed { pack, offset } => Some((pack.as_str(), *offset)),
    }
}
