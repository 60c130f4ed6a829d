//! Why an image could not be copied.

use std::sync::Arc;

use portolan_catalog::CatalogError;
use portolan_oci::{Digest, RawManifestError};
use portolan_transport::TransportError;

/// Why an image could not be copied to a target.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CopyError {
    /// The source failed.
    #[error("cannot read {what}")]
    Source {
        /// What was read, with its place.
        what: String,
        /// Why.
        #[source]
        cause: Arc<TransportError>,
    },
    /// The target failed.
    #[error("cannot write to {place}")]
    Target {
        /// The target.
        place: String,
        /// Why.
        #[source]
        cause: Arc<TransportError>,
    },
    /// An index names a manifest that the source does not have.
    #[error("{image} is incomplete at its source: it names {missing}, which is not there")]
    Incomplete {
        /// The image.
        image: String,
        /// What is missing.
        missing: Digest,
    },
    /// The wanted platform is not in the image.
    #[error("{image} has no manifest for {wanted}; it has {offered}")]
    NoPlatform {
        /// The image.
        image: String,
        /// What was asked for.
        wanted: String,
        /// What there is.
        offered: String,
    },
    /// An index cannot be written anew.
    #[error("the index of {image} cannot be written anew")]
    Rewrite {
        /// The image.
        image: String,
        /// Why.
        #[source]
        cause: Arc<RawManifestError>,
    },
    /// The source shows something else than when the plan was made.
    #[error("{image} has moved since the plan was made: it was {planned} and is {now}")]
    Moved {
        /// The image.
        image: String,
        /// What it was.
        planned: Digest,
        /// What it is.
        now: Digest,
    },
    /// The target has changed since the plan was made.
    #[error("{name} has got another image since the plan was made: {now}")]
    Overtaken {
        /// The target and the name.
        name: String,
        /// What it names.
        now: Digest,
    },
    /// A name that must not change names another image at the source.
    #[error("{name} must not change: {from} is there, and the source has {to}")]
    Immutable {
        /// The target and the name.
        name: String,
        /// What it names.
        from: Digest,
        /// What it would name.
        to: Digest,
    },
    /// Manifests nest deeper, or there are more of them, than any real image has.
    #[error("{image} is not copied: {detail}")]
    TooComplex {
        /// The image.
        image: String,
        /// Which bound was passed.
        detail: String,
    },
    /// The journal failed.
    #[error("the journal of copies cannot be used")]
    Journal {
        /// Why.
        #[source]
        cause: Arc<CatalogError>,
    },
    /// It failed on another node, or none came to its end.
    #[error("{cause}")]
    Elsewhere {
        /// Why, with all causes.
        cause: String,
        /// As [`CopyError::may_pass`].
        may_pass: Option<bool>,
    },
    /// The run was cancelled.
    #[error("the copy was interrupted")]
    Cancelled,
}

impl CopyError {
    /// A failure of the source.
    pub(crate) fn source(what: impl Into<String>, cause: impl Into<Arc<TransportError>>) -> Self {
        Self::Source { what: what.into(), cause: cause.into() }
    }

    /// A failure of a target.
    pub(crate) fn target(place: &impl std::fmt::Display, cause: impl Into<Arc<TransportError>>) -> Self {
        Self::Target { place: place.to_string(), cause: cause.into() }
    }

    /// What the source or target said, if it was one of them that failed.
    pub fn transport(&self) -> Option<&TransportError> {
        match self {
            Self::Source { cause, .. } | Self::Target { cause, .. } => Some(cause),
            _ => None,
        }
    }

    /// Whether the same may succeed a little later; `None` if it was neither the source nor the target that failed.
    pub fn may_pass(&self) -> Option<bool> {
        match self {
            Self::Elsewhere { may_pass, .. } => *may_pass,
            other => other.transport().map(TransportError::is_retryable),
        }
    }
}

impl From<CatalogError> for CopyError {
    fn from(cause: CatalogError) -> Self {
        Self::Journal { cause: Arc::new(cause) }
    }
}
