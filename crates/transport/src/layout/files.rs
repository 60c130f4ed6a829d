//! What the files of a layout lie in.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use portolan_oci::Digest;

use super::IndexJson;
use crate::{BlobRead, TransportResult};

/// The path of a blob in its layout.
pub(crate) fn blob_path(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm(), digest.encoded())
}

/// The files of a layout, wherever they lie: in a folder, in a tar archive, or made up while reading.
#[async_trait]
pub(crate) trait Files: Send + Sync + 'static {
    /// The entry points, as they are now.
    async fn index(&self) -> TransportResult<Arc<IndexJson>>;

    /// The first `limit` bytes of a blob; `None` if it is not there.
    async fn read(&self, digest: &Digest, limit: usize) -> TransportResult<Option<Bytes>>;

    /// The size of a blob; `None` if it is not there.
    async fn size(&self, digest: &Digest) -> TransportResult<Option<u64>>;

    /// A blob from an offset on; `None` if it is not there.
    async fn stream(&self, digest: &Digest, offset: u64) -> TransportResult<Option<BlobRead>>;
}
