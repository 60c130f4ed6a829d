//! How a check says what is wrong.

use std::error::Error;
use std::{fmt, io};

use portolan_oci::with_causes;

use crate::BackendError;

/// What a check comes to.
pub(super) type Outcome = Result<(), Broken>;

/// A promise that was not kept, in words.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl From<BackendError> for Broken {
    fn from(error: BackendError) -> Self {
        Self(format!("failed where it must not: {}", with_causes(&error)))
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self(format!("broke off where it must not: {error}"))
    }
}

/// Ends the check with the message unless the condition holds.
macro_rules! hold {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::testing::check::Broken(format!($($message)+)));
        }
    };
}
pub(super) use hold;

/// Ends the check unless the result is the error that it must be.
macro_rules! refused {
    ($result:expr, $error:pat, $what:literal) => {
        match $result {
            Err($error) => {}
            Err(other) => return Err($crate::testing::check::Broken(format!("{} gives {other:?}", $what))),
            Ok(_) => return Err($crate::testing::check::Broken(format!("{} is not refused", $what))),
        }
    };
}
pub(super) use refused;

/// A check that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The check, as `subject::what`.
    pub check: &'static str,
    /// What the backend did, and what it should have done.
    pub message: String,
}

/// All checks that failed.
#[derive(Clone, PartialEq, Eq)]
pub struct Failures(pub Vec<Failure>);

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} checks of the backends' suite failed", self.0.len())?;
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
