//! How a check says what is wrong.

use std::error::Error;
use std::fmt;

use crate::TransportError;

/// What a check comes to.
pub(super) type Outcome = Result<(), Broken>;

/// A promise that was not kept, in words.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl From<TransportError> for Broken {
    fn from(error: TransportError) -> Self {
        Self(format!("failed where it must not: {}", chain(&error)))
    }
}

impl From<serde_json::Error> for Broken {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("JSON that was just written cannot be read: {error}"))
    }
}

/// An error with all its causes on one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
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
