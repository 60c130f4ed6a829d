//! What can go wrong between here and an image, sorted by what a caller can do about it.

use std::time::Duration;

use portolan_oci::{ManifestError, RawManifestError, VerifyError};

/// An underlying failure.
pub type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// The result of asking a place for something.
pub type TransportResult<T> = Result<T, TransportError>;

/// A failure at a source or a target. Texts name what was asked of whom; the cause, if there is one, is the
/// `source`. No variant ever holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The tag, manifest, blob or repository is not there.
    #[error("{what} was not found")]
    NotFound {
        /// What was asked for, with its place.
        what: String,
    },
    /// The place wants to know who asks, or did not accept the credentials.
    #[error("{host} wants a login for {what}")]
    Unauthorized {
        /// The registry that asked.
        host: String,
        /// What was asked for.
        what: String,
        /// Whether credentials were sent, and for whom.
        user: Option<String>,
    },
    /// The place knows who asks and refuses.
    #[error("{host} does not allow {what}")]
    Denied {
        /// The registry that refused.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// The target misses a blob or a manifest that the manifest names: do the image once more without
    /// relying on what was remembered.
    #[error("{what} was refused: the target misses content that it names")]
    ContentUnknown {
        /// The manifest that was put.
        what: String,
    },
    /// This place has no such operation.
    #[error("{what} is not supported here")]
    Unsupported {
        /// The operation, with the place.
        what: String,
    },
    /// The request was understood and refused for good.
    #[error("{what} was refused: {message}")]
    Rejected {
        /// What was asked for.
        what: String,
        /// The place's words, shortened.
        message: String,
    },
    /// The target takes no content of this size.
    #[error("{what} was refused as too large")]
    TooLarge {
        /// What was sent.
        what: String,
    },
    /// The target has no room.
    #[error("{what} failed: no space is left at the target")]
    OutOfSpace {
        /// What was written.
        what: String,
    },
    /// The place asks for patience, and the patience of this run has ended.
    #[error("{host} limits the rate of requests")]
    RateLimited {
        /// The registry.
        host: String,
        /// When it may be asked again.
        retry_after: Option<Duration>,
    },
    /// The place did not answer, broke off, or is out of order for now.
    #[error("{what} failed")]
    Unavailable {
        /// What was asked for.
        what: String,
        /// What happened.
        #[source]
        cause: Cause,
    },
    /// The name of the host does not resolve.
    #[error("host {host} is unknown")]
    UnknownHost {
        /// The host asked for.
        host: String,
        /// What the resolver said.
        #[source]
        cause: Cause,
    },
    /// The certificate of the host, or ours, was not accepted.
    #[error("no secure connection to {host}")]
    Tls {
        /// The host asked for.
        host: String,
        /// What was wrong with it.
        #[source]
        cause: Cause,
    },
    /// The upload session is gone or cannot be continued: start the blob again.
    #[error("the upload of {what} cannot be continued")]
    SessionLost {
        /// The blob.
        what: String,
    },
    /// The content is not what its descriptor says. Never retried blindly: the source is wrong.
    #[error("{what} is not what it should be")]
    Content {
        /// The blob or manifest, with its place.
        what: String,
        /// What is wrong with it.
        #[source]
        cause: VerifyError,
    },
    /// The bytes are no manifest.
    #[error("{what} cannot be read")]
    Manifest {
        /// The manifest, with its place.
        what: String,
        /// What is wrong with it.
        #[source]
        cause: ManifestError,
    },
    /// An answer that breaks the protocol.
    #[error("{host} gave an answer that cannot be understood: {detail}")]
    Protocol {
        /// The registry.
        host: String,
        /// What is wrong with the answer.
        detail: String,
    },
    /// A rule of this program forbids the request: credentials to another host, a foreign URL.
    #[error("{what} is not allowed: {reason}")]
    Forbidden {
        /// What would have been done.
        what: String,
        /// Which rule, and what to set if it is meant.
        reason: String,
    },
    /// The right to do it is over: another may have it.
    #[error("{what} is not done: the right to do it is over, and another may have it")]
    LeaseOver {
        /// What would have been done.
        what: String,
    },
    /// A file or folder could not be read or written.
    #[error("{what} failed")]
    Io {
        /// The operation, with the path.
        what: String,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// Credentials or settings could not be read.
    #[error("{what} cannot be used")]
    Settings {
        /// The file, helper or setting.
        what: String,
        /// Why.
        #[source]
        cause: Cause,
    },
}

impl TransportError {
    /// Whether the same request may succeed a little later. The registry client has already retried what is
    /// safe to retry at once; this is for the caller that holds the rest of the state (an upload, a run).
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::RateLimited { .. } | Self::SessionLost { .. })
    }

    /// Whether what was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// An I/O failure, told apart from a full disk.
    pub fn io(what: impl Into<String>, cause: std::io::Error) -> Self {
        match cause.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::OutOfSpace { what: what.into() }
            }
            _ => Self::Io { what: what.into(), cause },
        }
    }

    /// Wrong content.
    pub fn content(what: impl Into<String>, cause: VerifyError) -> Self {
        Self::Content { what: what.into(), cause }
    }

    /// A manifest that was not accepted.
    pub fn raw_manifest(what: impl Into<String>, cause: RawManifestError) -> Self {
        match cause {
            RawManifestError::Verify(cause) => Self::Content { what: what.into(), cause },
            RawManifestError::Manifest(cause) => Self::Manifest { what: what.into(), cause },
        }
    }
}
