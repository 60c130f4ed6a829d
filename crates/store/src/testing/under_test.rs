//! What a backend shows of itself to be tested.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{BackendError, BlobBackend};

/// A backend that the suite is run against.
#[async_trait]
pub trait BackendUnderTest: Send + Sync {
    /// A backend with nothing in it, that nobody else uses.
    ///
    /// # Errors
    /// If there is none to be had.
    async fn empty(&self) -> Result<Arc<dyn BlobBackend>, BackendError>;

    /// The backend that was last given, as another process would have it after the one before has died in the worst
    /// way that is to be survived. The one before is not used any more.
    ///
    /// # Errors
    /// If it cannot be opened.
    async fn again(&self, before: Arc<dyn BlobBackend>) -> Result<Arc<dyn BlobBackend>, BackendError>;
}
