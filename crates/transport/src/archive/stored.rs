//! The blobs of an archive that was opened.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use portolan_oci::Digest;

use crate::layout::{Extent, Files, IndexJson, Reading, read_extents, stream_extents};
use crate::{BlobRead, TransportResult};

/// Where a blob is.
pub(super) enum Stored {
    /// In the archive.
    Member(Vec<Extent>),
    /// Made up while opening it.
    Made(Bytes),
}

/// All blobs by their digests, with the entry points.
pub(super) struct StoredFiles {
    pub(super) reading: Reading,
    pub(super) blobs: HashMap<Digest, Stored>,
    pub(super) index: Arc<IndexJson>,
}

impl Stored {
    fn len(&self) -> u64 {
        match self {
            Self::Member(extents) => extents.iter().map(|extent| extent.len()).sum(),
            Self::Made(bytes) => bytes.len() as u64,
        }
    }
}

#[async_trait]
impl Files for StoredFiles {
    async fn index(&self) -> TransportResult<Arc<IndexJson>> {
        Ok(Arc::clone(&self.index))
    }

    async fn read(&self, digest: &Digest, limit: usize) -> TransportResult<Option<Bytes>> {
        match self.blobs.get(digest) {
            None => Ok(None),
            Some(Stored::Made(bytes)) => Ok(Some(bytes.slice(..bytes.len().min(limit)))),
            Some(Stored::Member(extents)) => {
                let bytes = read_extents(self.reading.clone(), extents, limit).await?;
                Ok(Some(bytes.into()))
            }
        }
    }

    async fn size(&self, digest: &Digest) -> TransportResult<Option<u64>> {
        Ok(self.blobs.get(digest).map(Stored::len))
    }

    async fn stream(&self, digest: &Digest, offset: u64) -> TransportResult<Option<BlobRead>> {
        let Some(stored) = self.blobs.get(digest) else { return Ok(None) };
        let offset = offset.min(stored.len());
        let stream = match stored {
            Stored::Made(bytes) => {
                let start = usize::try_from(offset).unwrap_or(bytes.len()).min(bytes.len());
                let rest = bytes.slice(start..);
                futures::stream::once(async { Ok(rest) }).boxed()
            }
            Stored::Member(extents) => stream_extents(self.reading.clone(), extents, offset),
        };
        Ok(Some(BlobRead { offset, stream }))
    }
}
