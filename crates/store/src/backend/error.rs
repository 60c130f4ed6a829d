//! What can go wrong with bytes on disk, sorted by what a caller can do about it.

use std::io;
use std::path::PathBuf;

use portolan_catalog::{PackName, UploadId};

use super::BlobKey;

/// A failure of a backend. Texts name what was being done; the cause, if there is one, is the `source`.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// Nothing lies under this key. It may have been collected since its row was read: read the row again.
    #[error("blob {0} is not in the store's files")]
    NotFound(BlobKey),
    /// There are fewer bytes than the row says: the blob is damaged.
    #[error("blob {key} has {actual} of {expected} bytes")]
    Short {
        /// Whose bytes.
        key: BlobKey,
        /// Bytes that must be there at least.
        expected: u64,
        /// Bytes that are there.
        actual: u64,
    },
    /// There is no such pack. Its objects may have been moved since their rows were read: read the rows again.
    #[error("pack {0} is not in the store's files")]
    NoPack(PackName),
    /// A pack is damaged.
    #[error("pack {pack} is damaged: {what}")]
    WrongPack {
        /// The pack.
        pack: PackName,
        /// What is wrong with it.
        what: String,
    },
    /// The session's bytes are gone, or fewer than were acknowledged: the upload has to begin again.
    #[error("the bytes of upload session {0} are gone")]
    PartLost(UploadId),
    /// The session has a writer: one at a time may have it.
    #[error("upload session {0} is being written")]
    PartInUse(UploadId),
    /// A flush of these bytes has failed before. It is never repeated: the system may have dropped what it could
    /// not write.
    #[error("the bytes of upload session {0} could not be made durable")]
    GivenUp(UploadId),
    /// The volume is full.
    #[error("no room for {what}")]
    Full {
        /// What was being written.
        what: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// Another process has the store in a way that goes with no other.
    #[error("the store in {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// Blobs are placed by hard links.
    #[error("the file system of {} has no hard links, which the store needs", folder.display())]
    NoHardLinks {
        /// The store's folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// `store.json` is not one that this program understands.
    #[error("{} is malformed", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A store of a later format.
    #[error("{} has version {version} of the store's format; this program knows 1", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// What stands there.
        version: u64,
    },
    /// Reading or writing failed.
    #[error("{what} failed")]
    Io {
        /// What was being done.
        what: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The program is ending.
    #[error("{what} was broken off")]
    Stopped {
        /// What was being done.
        what: &'static str,
        /// Why.
        #[source]
        cause: tokio::task::JoinError,
    },
}

/// The result of asking a backend for something.
pub(crate) type BackendResult<T> = Result<T, BackendError>;

impl BackendError {
    /// An error of the system, while `what` was done.
    pub(crate) fn io(what: impl Into<String>, cause: io::Error) -> Self {
        let what = what.into();
        match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { what, cause },
            _ => Self::Io { what, cause },
        }
    }
}
