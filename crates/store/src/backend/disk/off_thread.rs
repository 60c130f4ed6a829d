//! Work that may wait for the disk.

use crate::backend::BackendError;
use crate::backend::error::BackendResult;

/// Runs `work` where it may wait. It runs to its end even if nobody waits for it any more.
pub(crate) async fn off_thread<T, F>(what: &'static str, work: F) -> BackendResult<T>
where
    T: Send + 'static,
    F: FnOnce() -> BackendResult<T> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(cause) => Err(BackendError::Stopped { what, cause }),
    }
}
