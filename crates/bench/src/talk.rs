//! Standard error, standard output, and the runtime.

use std::io::Write as _;

use crate::error::BenchError;

/// One line to standard error. What cannot be said is lost: the figures matter more.
pub(crate) fn say(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}

/// Text to standard output.
pub(crate) fn print(text: &str) -> Result<(), BenchError> {
    std::io::stdout().write_all(text.as_bytes()).map_err(BenchError::Output)
}

/// Runs `future` on one thread: on a small machine a second one would compete with what is measured.
pub(crate) fn block_on<F: Future>(future: F) -> Result<F::Output, BenchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(BenchError::Output)?.block_on(future))
}
