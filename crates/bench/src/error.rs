//! What can stop a benchmark.

use std::path::PathBuf;

use crate::client::Kind;
use crate::lean::LeanError;
use crate::measure::MeasureError;
use crate::serve::ServeError;

/// There are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// Nothing can be measured without a registry.
    #[error("docker-registry is not on PATH: run `cargo xtask setup`")]
    NoRegistry,
    /// None of the clients that were asked for is on this machine.
    #[error("none of the clients is on this machine: nothing can be measured")]
    NoClient,
    /// A client failed to copy, or its process could not be measured.
    #[error("{client} in row {row}")]
    Client {
        /// Whose turn it was.
        client: Kind,
        /// At which work.
        row: crate::row::Row,
        /// What became of it.
        #[source]
        source: MeasureError,
    },
    /// A server failed under its load.
    #[error("{server} in row {row}")]
    Server {
        /// Which.
        server: Kind,
        /// At which work.
        row: crate::row::Row,
        /// What became of it.
        #[source]
        source: ServeError,
    },
    /// A client said that it was done, and the target does not hold the image.
    #[error("{client} left the target incomplete: {found}")]
    Incomplete {
        /// Whose work it was.
        client: Kind,
        /// What is missing or wrong first.
        found: String,
    },
    /// The lean client failed.
    #[error(transparent)]
    Lean(#[from] LeanError),
    /// A process under measurement failed.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// A file with figures cannot be written.
    #[error("{} cannot be written", file.display())]
    Write {
        /// Where to.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The figures cannot be put into JSON.
    #[error("the figures have no form in JSON")]
    Json(#[from] serde_json::Error),
    /// Standard output, a temporary folder or the runtime is broken.
    #[error("the machine has no more to give")]
    Output(#[source] std::io::Error),
}

/// An error with all its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut words: Vec<String> = causes.map(ToString::to_string).collect();
    // A transparent error repeats its cause.
    words.dedup();
    words.join(": ")
}
