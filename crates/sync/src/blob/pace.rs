//! How large the chunks of an upload are.

use std::time::Duration;

/// A chunk is at most so many times the one before: one that went by luck through a cache tells little.
const GROWTH: u64 = 8;

/// The size of an upload's next chunk. A registry makes each chunk durable before it takes the next, so small
/// ones cost time, and a break costs what was sent of the last one. Both count in seconds: a chunk is as much
/// as the line was seen to carry in a certain time.
#[derive(Debug)]
pub(super) struct Pace {
    step: u64,
    worth: Duration,
    next: u64,
}

impl Pace {
    /// Chunks of whole `steps` bytes, one to begin with, then what takes about the time `worth`.
    pub(super) fn new(step: u64, worth: Duration) -> Self {
        Self { step, worth, next: step }
    }

    /// The bytes of the next chunk of an upload that stands at `offset`. It ends at a whole step.
    pub(super) fn next_at(&self, offset: u64) -> u64 {
        self.next - offset % self.step
    }

    /// Learns that a chunk of `bytes` was taken in `time`.
    pub(super) fn learn(&mut self, bytes: u64, time: Duration) {
        let carried = u128::from(bytes) * self.worth.as_micros() / time.as_micros().max(1);
        let carried = u64::try_from(carried).unwrap_or(u64::MAX);
        let steps = (carried / self.step).clamp(1, GROWTH * (self.next / self.step));
        self.next = steps * self.step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn pace() -> Pace {
        Pace::new(16 * MIB, Duration::from_secs(2))
    }

    #[test]
    fn a_fast_line_gets_large_chunks_soon_but_not_at_once() {
        let mut pace = pace();
        let mut sizes = Vec::new();
        for _ in 0..4 {
            let size = pace.next_at(0);
            sizes.push(size / MIB);
            // 300 MiB a second.
            pace.learn(size, Duration::from_micros(size / MIB * 1_000_000 / 300));
        }
        assert_eq!(sizes, [16, 128, 592, 592]);
    }

    #[test]
    fn a_slow_line_keeps_small_ones() {
        let mut pace = pace();
        pace.learn(16 * MIB, Duration::from_secs(16));
        assert_eq!(pace.next_at(0), 16 * MIB);
        pace.learn(16 * MIB, Duration::ZERO);
        pace.learn(128 * MIB, Duration::from_secs(16));
        assert_eq!(pace.next_at(0), 16 * MIB, "also one that became slow");
    }

    #[test]
    fn chunks_end_at_whole_steps() {
        let mut pace = pace();
        assert_eq!(pace.next_at(20 * MIB), 12 * MIB);
        pace.learn(12 * MIB, Duration::from_millis(300));
        assert_eq!(pace.next_at(32 * MIB), 80 * MIB);
        assert_eq!(pace.next_at(33 * MIB), 79 * MIB);
    }

    #[test]
    fn without_a_time_all_are_as_small_as_can_be() {
        let mut pace = Pace::new(MIB, Duration::ZERO);
        pace.learn(MIB, Duration::from_micros(1));
        assert_eq!(pace.next_at(0), MIB);
    }
}
