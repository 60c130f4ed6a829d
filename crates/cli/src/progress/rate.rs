//! How fast it goes.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How far back the rate looks.
const WINDOW: Duration = Duration::from_secs(10);

/// The rate over the last seconds.
#[derive(Debug)]
pub(super) struct Rate {
    samples: VecDeque<(Instant, u64)>,
}

impl Rate {
    pub(super) fn new() -> Self {
        Self { samples: VecDeque::from([(Instant::now(), 0)]) }
    }

    /// Takes note of how much has been moved in all, and gives bytes per second.
    pub(super) fn sample(&mut self, now: Instant, moved: u64) -> u64 {
        self.samples.push_back((now, moved));
        while self.samples.len() > 2 && self.samples.front().is_some_and(|(at, _)| now - *at > WINDOW) {
            self.samples.pop_front();
        }
        let Some((since, before)) = self.samples.front() else { return 0 };
        let millis = u64::try_from((now - *since).as_millis()).unwrap_or(u64::MAX).max(1);
        moved.saturating_sub(*before).saturating_mul(1000) / millis
    }
}

/// The time for `bytes` at `rate`; `None` if it does not move.
pub(super) fn time_for(bytes: u64, rate: u64) -> Option<Duration> {
    bytes.checked_div(rate).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut rate = Rate::new();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(rate.sample(at(1), 1000), 1000);
        assert_eq!(rate.sample(at(2), 3000), 1500);
        for second in 3..=20 {
            rate.sample(at(second), 3000 + (second - 2) * 10);
        }
        assert_eq!(rate.sample(at(21), 3190), 10);
        assert_eq!(time_for(100, 10), Some(Duration::from_secs(10)));
        assert_eq!(time_for(100, 0), None);
    }
}
