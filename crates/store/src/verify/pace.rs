//! Reading no faster than is allowed.

use std::num::NonZeroU64;
use std::time::Duration;

use tokio::time::Instant;

/// Keeps a mean rate.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Option<NonZeroU64>,
    begun: Instant,
    read: u64,
}

impl Pace {
    /// So many bytes a second; without a rate as fast as it goes.
    pub(super) fn new(rate: Option<NonZeroU64>) -> Self {
        Self { rate, begun: Instant::now(), read: 0 }
    }

    /// Waits until this much more may have been read.
    pub(super) async fn passed(&mut self, bytes: u64) {
        self.read = self.read.saturating_add(bytes);
        let Some(rate) = self.rate else { return };
        let micros = u128::from(self.read) * 1_000_000 / u128::from(rate.get());
        let due = Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        if let Some(due) = self.begun.checked_add(due) {
            tokio::time::sleep_until(due).await;
        }
    }
}
