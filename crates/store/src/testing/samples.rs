//! Content of any size, and what the checks do again and again.

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;
use portolan_catalog::UploadId;
use portolan_oci::{Algorithm, Digest};

use super::check::{Broken, Outcome, hold};
use crate::{BlobBackend, BlobBytes, BlobKey, PartState};

/// Content that differs at every place.
pub(super) fn content(seed: u64, length: usize) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = BytesMut::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes.freeze()
}

/// Its first key.
pub(super) fn key(content: &[u8]) -> BlobKey {
    BlobKey { digest: Digest::of(Algorithm::Sha256, content), generation: 0 }
}

/// The same under another generation.
pub(super) fn later(key: BlobKey, generation: u64) -> BlobKey {
    BlobKey { generation, ..key }
}

pub(super) async fn bytes(read: BlobBytes) -> Result<Bytes, Broken> {
    let pieces: Vec<Bytes> = read.into_stream().try_collect().await?;
    Ok(pieces.concat().into())
}

/// The backend has the blob whole.
pub(super) async fn must_have(backend: &dyn BlobBackend, key: &BlobKey, content: &Bytes) -> Outcome {
    let read = bytes(backend.read(key, 0..content.len() as u64).await?).await?;
    hold!(read == *content, "blob {key} of {} bytes came back as {} other bytes", content.len(), read.len());
    Ok(())
}

/// A session that has these bytes and may be placed.
pub(super) async fn finished(
    backend: &dyn BlobBackend,
    content: &Bytes,
) -> Result<(UploadId, PartState), Broken> {
    let id = UploadId::random();
    let mut part = backend.begin(&id).await?;
    part.write(vec![content.clone()]).await?;
    Ok((id, part.finish().await?))
}
