//! One rate for all bodies of a proxy that go in the same direction.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

#[derive(Debug, Default)]
pub(super) struct Pace {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes a second; `None` is as fast as it goes.
    rate: Option<u64>,
    /// When all that was let through so far will have passed at that rate.
    free_at: Option<Instant>,
}

impl Pace {
    pub(super) fn set(&self, rate: Option<u64>) {
        let mut state = self.state.lock().expect("no panic under the lock");
        *state = State { rate, free_at: None };
    }

    /// Takes the time that `bytes` need; says when they have passed.
    pub(super) fn take(&self, bytes: usize) -> Option<Instant> {
        let mut state = self.state.lock().expect("no panic under the lock");
        let rate = state.rate?;
        let now = Instant::now();
        let start = state.free_at.map_or(now, |free| free.max(now));
        let end = start + Duration::from_secs(bytes as u64) / u32::try_from(rate).unwrap_or(u32::MAX);
        state.free_at = Some(end);
        Some(end)
    }
}
