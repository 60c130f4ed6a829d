//! How long something is tried again.

use std::time::Duration;

use tokio::time::Instant;

/// How long a free connection is waited for, and a server that is away.
pub(crate) const ACQUIRE_PATIENCE: Duration = AWAY;

/// How long a connection to a server is used.
pub(crate) const LIFETIME: Duration = Duration::from_mins(30);

/// How long a database that is away is waited for.
const AWAY: Duration = Duration::from_secs(5);

/// How often what others were in the way of is tried.
const ATTEMPTS: u32 = 6;

/// Between two attempts, at random.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(80);

/// What is left of the patience with a database.
#[derive(Debug)]
pub(crate) struct Patience {
    until: Instant,
    attempts: u32,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self { until: Instant::now() + AWAY, attempts: ATTEMPTS }
    }

    /// Others were in the way: whether to try again.
    pub(crate) fn with_others(&mut self) -> bool {
        self.attempts = self.attempts.saturating_sub(1);
        self.attempts > 0
    }

    /// The database was away: whether to try again.
    pub(crate) fn with_silence(&self) -> bool {
        Instant::now() < self.until
    }
}

/// Waits for a moment of random length, so that two who were in each other's way do not meet again.
pub(crate) async fn pause() {
    tokio::time::sleep(rand::random_range(SHORTEST..LONGEST)).await;
}
