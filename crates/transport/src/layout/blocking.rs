//! File work off the async threads.

use std::io;

use crate::{TransportError, TransportResult};

/// Runs `work` where it may wait for a disk.
pub(crate) async fn off_thread<T, F>(what: &str, work: F) -> TransportResult<T>
where
    T: Send + 'static,
    F: FnOnce() -> TransportResult<T> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(cause) => Err(TransportError::Unavailable { what: what.to_owned(), cause: Box::new(cause) }),
    }
}

/// A file that can be read but makes no sense.
pub(crate) fn invalid(
    what: impl Into<String>,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> TransportError {
    TransportError::io(what, io::Error::new(io::ErrorKind::InvalidData, cause))
}
