//! What a command can fail with, and how that is told: the failure, its causes, and hints at what to do.
//!
//! [`explain`] is the one place that knows which exit code and which hints go with which failure.

mod explain;
mod failure;
mod report;

pub(crate) use failure::Failure;
pub(crate) use report::chain;

/// A failure, with hints that only the command can know.
#[derive(Debug)]
pub(crate) struct CliError {
    failure: Failure,
    hints: Vec<String>,
}

impl CliError {
    /// The failure.
    pub(crate) fn failure(&self) -> &Failure {
        &self.failure
    }

    /// The failure alone.
    pub(crate) fn into_failure(self) -> Failure {
        self.failure
    }

    /// The same with one more hint.
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        self.with_hints([hint.into()])
    }

    /// The same with more hints.
    pub(crate) fn with_hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }
}

impl<T: Into<Failure>> From<T> for CliError {
    fn from(failure: T) -> Self {
        Self { failure: failure.into(), hints: Vec::new() }
    }
}
