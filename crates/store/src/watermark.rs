//! Whether there is room to take content.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use crate::settings::Reserve;
use crate::{BlobBackend, StoreError, StoreResult};

/// How long a look at the volume is good for.
const FRESH: Duration = Duration::from_secs(1);

/// Looks at the volume, at most once a second, and refuses content when less is free than is to be kept.
#[derive(Debug)]
pub(crate) struct Watermark {
    reserve: Reserve,
    backend: Arc<dyn BlobBackend>,
    last: Mutex<Option<Look>>,
}

#[derive(Debug, Clone, Copy)]
struct Look {
    at: Instant,
    missing: u64,
}

impl Watermark {
    pub(crate) fn new(reserve: Reserve, backend: Arc<dyn BlobBackend>) -> Self {
        Self { reserve, backend, last: Mutex::new(None) }
    }

    /// Fails while content must not be taken.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`]; [`StoreError::Backend`] if nobody can tell.
    pub(crate) async fn check(&self) -> StoreResult<()> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = match last {
            Some(look) if look.at.elapsed() < FRESH => look.missing,
            _ => self.look().await?,
        };
        if missing == 0 { Ok(()) } else { Err(StoreError::NoRoom { missing }) }
    }

    /// Looks now: how many bytes are missing.
    pub(crate) async fn look(&self) -> StoreResult<u64> {
        let room = self.backend.room().await?;
        let missing = self.reserve.of(room.total).saturating_sub(room.free);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Look { at: Instant::now(), missing });
        Ok(missing)
    }
}
