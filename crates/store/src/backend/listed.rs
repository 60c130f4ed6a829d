//! What is found by looking through a backend.

use jiff::Timestamp;
use portolan_catalog::UploadId;

use super::BlobKey;

/// What is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// What has been placed.
    Blobs,
    /// What has been set aside.
    Quarantine,
}

/// Bytes that lie under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The key.
    pub key: BlobKey,
    /// Bytes.
    pub size: u64,
    /// When they were written or placed, whichever is later.
    pub changed: Timestamp,
}

/// Bytes of an upload session, or of a write that was broken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedPart {
    /// The session; a name that no session has was a write's own.
    pub id: UploadId,
    /// Bytes.
    pub size: u64,
    /// When they were written.
    pub changed: Timestamp,
}
