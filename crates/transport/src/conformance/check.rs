//! How a check says what is wrong.

use std::error::Error;
use std::fmt;

use portolan_oci::with_causes;

use crate::TransportError;

/// What a check comes to.
pub(super) type Outcome = Result<(), Broken>;

/// A promise that was not kept, in words.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl From<TransportError> for Broken {
    fn from(error: TransportError) -> Self {
        Self(format!("failed where it must not: {}", with_causes(&error)))
    }
}

impl From<serde_json::Error> for Broken {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("JSON that was just written cannot be read: {error}"))
    }
}

/// Ends the check with the message unless the condition holds.
macro_rules! hold {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::conformance::check::Broken(format!($($message)+)));
        }
    };
}
pub(super) use hold;

/// A check that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The check, as `subject::what`.
    pub check: &'static str,
    /// What the place did, and what it should have done.
    pub message: String,
}

/// All checks that failed.
#[derive(Clone, PartialEq, Eq)]
pub struct Failures(pub Vec<Failure>);

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} checks of the transport suite failed", self.0.len())?;
        for failure in &self.0 {
            write!(f, "\n  {}: {}", failure.check, failure.message)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Failures {
    /// As `Display`: this is what `unwrap` shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Failures {}
