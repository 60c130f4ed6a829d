//! Reading one blob.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use futures::TryStreamExt as _;
use portolan_catalog::{BlobPlace, BlobWithBytes};
use portolan_oci::{Digest, Hashing, VerifyError};

use super::pace::Pace;
use crate::backend::disk::off_thread;
use crate::{BackendError, BlobBackend, BlobBytes, BlobKey};

/// Bytes that are read and hashed in one hop.
const HOP: u64 = 4 * 1024 * 1024;

/// Bytes that are read at once.
const READ: usize = 256 * 1024;

/// What is wrong with a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Its bytes are not there.
    #[error("it is missing")]
    Missing,
    /// There are fewer than there should be.
    #[error("it is cut off")]
    Short,
    /// They hash to something else.
    #[error("it hashes to {0}")]
    Hash(Digest),
}

/// Reads all bytes of a blob; what is wrong with it, if anything is.
///
/// # Errors
/// If it cannot be read: that says nothing of the blob.
pub(super) async fn check(
    backend: &dyn BlobBackend,
    blob: &BlobWithBytes,
    pace: &mut Pace,
) -> Result<Option<Wrong>, BackendError> {
    let read = match &blob.place {
        BlobPlace::File { generation } => {
            let key = BlobKey { digest: blob.digest, generation: *generation };
            backend.read(&key, 0..blob.size).await
        }
        BlobPlace::Packed { pack, offset } => {
            backend.read_packed(pack, *offset..offset.saturating_add(blob.size)).await
        }
    };
    let bytes = match read {
        Err(BackendError::NotFound(_) | BackendError::NoPack(_)) => return Ok(Some(Wrong::Missing)),
        Err(BackendError::Short { .. } | BackendError::WrongPack { .. }) => return Ok(Some(Wrong::Short)),
        read => read?,
    };
    let hashing = hash(blob, bytes, pace).await?;
    Ok(match hashing.prove(&blob.digest, Some(blob.size)) {
        Ok(_) => None,
        Err(VerifyError::Digest { actual, .. }) => Some(Wrong::Hash(actual)),
        Err(_) => Some(Wrong::Short),
    })
}

async fn hash(blob: &BlobWithBytes, bytes: BlobBytes, pace: &mut Pace) -> Result<Hashing, BackendError> {
    let mut hashing = Hashing::new(blob.digest.algorithm());
    let (mut file, mut at, mut rest) = match bytes {
        BlobBytes::File { file, at, length } => (file, at, length),
        other => {
            let mut pieces = other.into_stream();
            let failed = |cause| BackendError::io(format!("reading blob {}", blob.digest), cause);
            while let Some(piece) = pieces.try_next().await.map_err(failed)? {
                hashing.update(&piece);
                pace.passed(piece.len() as u64).await;
            }
            return Ok(hashing);
        }
    };
    while rest > 0 {
        let (now, digest) = (rest.min(HOP), blob.digest);
        (file, hashing) = off_thread("reading a blob", move || {
            let hashed = hash_file(&file, (at, now), hashing);
            let hashed = hashed.map_err(|cause| BackendError::io(format!("reading blob {digest}"), cause))?;
            Ok((file, hashed))
        })
        .await?;
        pace.passed(now).await;
        at += now;
        rest -= now;
    }
    Ok(hashing)
}

fn hash_file(file: &File, (mut at, mut rest): (u64, u64), mut hashing: Hashing) -> std::io::Result<Hashing> {
    let mut buffer = vec![0; READ];
    while rest > 0 {
        let length = usize::try_from(rest).map_or(READ, |rest| rest.min(READ));
        let piece = buffer.get_mut(..length).unwrap_or_default();
        file.read_exact_at(piece, at)?;
        hashing.update(piece);
        at += length as u64;
        rest -= length as u64;
    }
    Ok(hashing)
}
