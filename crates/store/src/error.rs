//! What can go wrong with the store, by what a caller can do about it.

use jiff::Timestamp;
use portolan_catalog::CatalogError;
use portolan_oci::VerifyError;

use crate::BackendError;

/// What was below a failure.
pub type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// The result of asking the store.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why the store did not do what was asked. What is merely not there is no failure but `None`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The catalogue failed.
    #[error("the catalogue failed")]
    Catalog(#[from] CatalogError),
    /// The place of the bytes failed.
    #[error("the storage failed")]
    Backend(#[from] BackendError),
    /// The catalogue knows nothing of what lies in the store: its database was lost, or another one is configured.
    #[error(
        "the catalogue knows nothing of what lies in the store: name its database, or make the catalogue again by \
         `portolan store rebuild`"
    )]
    CatalogueLost,
    /// The files are not where they were.
    #[error("the store's files are not there: mount their disk, or name their folder as `data`")]
    FilesLost,
    /// Catalogue and files are of two stores.
    #[error("the catalogue is that of another store: `data` and `database` have to be of the same one")]
    Foreign,
    /// Another host has the store.
    #[error(
        "{machine} has the store, until {until} at least: end Portolan there, or wait until then if it does not run any \
         more"
    )]
    HeldElsewhere {
        /// Which.
        machine: String,
        /// Until then, unless it goes on.
        until: Timestamp,
    },
    /// Another host took the store when this one had not been heard of for too long.
    #[error(
        "{machine} has taken the store over: nothing is written here any more; end Portolan there and start it here"
    )]
    TakenOver {
        /// Which.
        machine: String,
    },
    /// This host could not say in time that it still has the store.
    #[error(
        "this host could not renew its lease of the store: nothing is written until the database answers"
    )]
    NotRenewed,
    /// Less room is free than is kept in reserve.
    #[error("{missing} bytes are missing until the store takes content again")]
    NoRoom {
        /// How many bytes have to become free.
        missing: u64,
    },
    /// The content is not what it was said to be. The upload is gone.
    #[error("the content is not what it should be")]
    Content(#[from] VerifyError),
    /// The sender broke off, or was too slow. What came is kept.
    #[error("the sender broke off behind byte {offset}")]
    BrokenOff {
        /// How many bytes have come.
        offset: u64,
        /// What happened.
        #[source]
        cause: Cause,
    },
    /// The bytes do not begin where the upload is, or another request appends to it now.
    #[error("the upload is at byte {offset}")]
    OutOfOrder {
        /// Where it is.
        offset: u64,
    },
    /// Another process goes on with the upload.
    #[error("another process goes on with the upload")]
    Elsewhere,
    /// There is no such upload, or it is somebody else's.
    #[error("there is no such upload")]
    UploadUnknown,
    /// More uploads are open than may be.
    #[error("too many uploads are open")]
    TooManyUploads,
    /// The blob was collected as often as it was written.
    #[error("the blob is being collected again and again")]
    Contended,
    /// What was written down cannot be read, or not be written.
    #[error("what was written down cannot be read")]
    Unreadable(#[source] Cause),
    /// The work was dropped half done: the process ends.
    #[error("the store is closing")]
    Closing,
}
