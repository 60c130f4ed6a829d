//! What the writer has done.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the writer has done since the database was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriterStats {
    /// Operations that are committed.
    pub operations: u64,
    /// Commits that it took.
    pub commits: u64,
    /// Operations that failed.
    pub failed: u64,
    /// Hints that were dropped because the queue was full or the database closed.
    pub dropped_hints: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(super) operations: AtomicU64,
    pub(super) commits: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) dropped_hints: AtomicU64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> WriterStats {
        WriterStats {
            operations: self.operations.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            dropped_hints: self.dropped_hints.load(Ordering::Relaxed),
        }
    }
}
