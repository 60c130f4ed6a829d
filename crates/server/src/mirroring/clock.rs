//! What time it is.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

/// How long is waited before the clock is looked at again: it may be put forward or back, and it goes on while the
/// machine sleeps.
const LOOK: Duration = Duration::from_secs(15);

/// A clock on the wall.
#[async_trait(?Send)]
pub trait Clock {
    /// What it shows.
    fn now(&self) -> Timestamp;

    /// Waits until then, or less.
    async fn wait(&self, until: Timestamp);
}

/// That of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait(?Send)]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn wait(&self, until: Timestamp) {
        let left = Duration::try_from(until.duration_since(self.now())).unwrap_or_default();
        tokio::time::sleep(left.min(LOOK)).await;
    }
}
