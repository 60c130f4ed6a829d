//! The state of an unfinished upload.

use portolan_oci::Digest;
use serde::{Deserialize, Serialize};

/// An upload that was begun. It can be written down and continued by another process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    /// The blob that is uploaded.
    pub digest: Digest,
    /// How many bytes the target has taken for certain.
    pub offset: u64,
    /// What the target knows the upload by: the session's URL at a registry, a file name in a layout. Means
    /// nothing to anybody else.
    pub session: String,
    /// The least size of a chunk that is not the last, if the target demands one (`OCI-Chunk-Min-Length`).
    #[serde(default)]
    pub min_chunk: Option<u64>,
}

/// What became of an upload that is to be continued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// It can go on at the state's offset, which may differ from the one that was remembered.
    At(UploadState),
    /// It is gone: begin again.
    Gone,
}
