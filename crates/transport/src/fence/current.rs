//! The fence of what is being done.

use super::Fence;
use crate::TransportResult;

tokio::task_local! {
    static CURRENT: Fence;
}

/// Does `work` with this fence before each of its requests.
pub(super) async fn within<T>(fence: &Fence, work: impl Future<Output = T>) -> T {
    CURRENT.scope(fence.clone(), work).await
}

/// Waits at the fence of what is being done, if it has one.
pub(crate) async fn pass(what: &str) -> TransportResult<()> {
    match CURRENT.try_with(Fence::clone) {
        Ok(fence) => fence.pass(what).await,
        Err(_) => Ok(()),
    }
}
