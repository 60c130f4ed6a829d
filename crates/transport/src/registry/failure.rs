//! What it means when no answer comes.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::{Cause, TransportError};

/// Why a request got no answer, or only part of one.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Decided before the request was sent, or by the source of its body: trying again changes nothing.
    #[error(transparent)]
    Decided(#[from] TransportError),
    /// The connection stood still.
    #[error("nothing came for {} s", .0.as_secs_f32())]
    Silence(Duration),
    /// The connection could not be made or broke.
    #[error(transparent)]
    Http(reqwest::Error),
}

impl From<reqwest::Error> for Failure {
    /// Addresses may carry signatures, so they never become part of an error.
    fn from(cause: reqwest::Error) -> Self {
        Self::Http(cause.without_url())
    }
}

impl Failure {
    /// Whether the same request may find the connection in a better state.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Decided(_) => false,
            Self::Silence(_) => true,
            Self::Http(cause) => !cause.is_builder() && !cause.is_dns() && !is_tls(cause),
        }
    }

    /// Whether there was a connection, and it broke.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self, Self::Http(cause) if !cause.is_connect() && !cause.is_builder() && !cause.is_timeout())
    }

    /// Whether the host answered a TLS greeting with something else: it speaks plain HTTP. A certificate that
    /// is not accepted is no such sign.
    pub(super) fn is_not_tls(&self) -> bool {
        let Self::Http(cause) = self else { return false };
        if !cause.is_connect() {
            return false;
        }
        match find::<rustls::Error>(cause) {
            Some(rustls::Error::InvalidMessage(_)) => true,
            Some(_) => false,
            None => find::<io::Error>(cause).is_some_and(|cause| {
                use io::ErrorKind as Kind;
                matches!(cause.kind(), Kind::UnexpectedEof | Kind::ConnectionReset | Kind::ConnectionAborted)
            }),
        }
    }

    /// The error for the caller who asked `host` for `what`.
    pub(super) fn into_error(self, host: &str, what: &str) -> TransportError {
        let cause = match self {
            Self::Decided(error) => return error,
            Self::Http(cause) => cause,
            silence @ Self::Silence(_) => {
                return TransportError::Unavailable { what: what.to_owned(), cause: silence.into() };
            }
        };
        let host = host.to_owned();
        if cause.is_dns() {
            TransportError::UnknownHost { host, cause: essence(&cause) }
        } else if is_tls(&cause) {
            TransportError::Tls { host, cause: essence(&cause) }
        } else {
            TransportError::Unavailable { what: what.to_owned(), cause: essence(&cause) }
        }
    }
}

/// Whether the two ends do not trust each other. Over HTTP/2 a refusal of the other end comes as its words
/// only.
fn is_tls(cause: &reqwest::Error) -> bool {
    find::<rustls::Error>(cause).is_some() || innermost(cause).to_string().starts_with("received fatal alert")
}

/// What really happened, in one line: the layers of the HTTP client above it say nothing to a user.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Essence(String);

fn essence(error: &reqwest::Error) -> Cause {
    let timed_out = error.is_timeout();
    Essence(if timed_out { "the connection timed out".to_owned() } else { innermost(error).to_string() })
        .into()
}

fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut innermost = error;
    while let Some(next) = inside(innermost) {
        innermost = next;
    }
    innermost
}

/// The next error of the chain. An [`io::Error`] hides the one that it wraps: its `source` is that one's
/// source.
fn inside<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        current = inside(error);
    }
    None
}
