//! What this process does for runs that are shared, counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Pieces of work that this process took since it began. Clones count the same.
#[derive(Debug, Clone, Default)]
pub struct TaskTally(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    claimed: AtomicU64,
    taken_over: AtomicU64,
}

impl TaskTally {
    /// Pieces that it claimed.
    pub fn claimed(&self) -> u64 {
        self.0.claimed.load(Ordering::Relaxed)
    }

    /// Those among them that another node had, and was not heard of.
    pub fn taken_over(&self) -> u64 {
        self.0.taken_over.load(Ordering::Relaxed)
    }

    /// It claimed one that so many nodes had before.
    pub(crate) fn claim(&self, takeovers: u32) {
        self.0.claimed.fetch_add(1, Ordering::Relaxed);
        if takeovers > 0 {
            self.0.taken_over.fetch_add(1, Ordering::Relaxed);
        }
    }
}
