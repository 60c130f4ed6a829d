//! What a command can fail with.

use std::io;

use portolan_catalog::CatalogError;
use portolan_config::LoadError;
use portolan_sync::{CopyError, MirrorError, SyncError};
use portolan_transport::{Cause, TransportError};

/// What a command can fail with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// There is no configuration to work with.
    #[error(transparent)]
    Config(#[from] LoadError),
    /// An image could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The images of a mirror are not known.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// A mirror was not run to its end.
    #[error(transparent)]
    Sync(SyncError),
    /// A place failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// What was named is not there.
    #[error("{0}")]
    NotFound(String),
    /// A registry refused who asked.
    #[error("{0}")]
    NotAuthorised(String),
    /// Something here failed.
    #[error("{what}")]
    Other {
        /// What was done.
        what: String,
        /// What happened.
        #[source]
        cause: Cause,
    },
    /// Something cannot be done.
    #[error("{0}")]
    Refused(String),
    /// The standard output cannot be written.
    #[error("cannot write to the standard output")]
    Output(#[source] io::Error),
    /// A second signal.
    #[error("ended at once")]
    Killed,
}

impl Failure {
    /// Something here failed.
    pub(crate) fn other(what: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::Other { what: what.into(), cause: cause.into() }
    }
}

/// What has a home of its own goes there.
impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Mirror(error) => Self::Mirror(error),
            SyncError::Copy(error) => Self::Copy(error),
            SyncError::Catalog(error) => Self::Catalog(error),
            error @ (SyncError::Held { .. } | SyncError::Lost { .. }) => Self::Sync(error),
        }
    }
}
