//! A piece of work in the hands of a node.

use std::time::{Duration, Instant};

use crate::RunId;

/// A piece of work in the hands of a node.
#[derive(Debug)]
pub struct ClaimedTask {
    /// The mirror that it is of.
    pub mirror: String,
    /// What is to be done.
    pub what: String,
    /// How many nodes had it before and did not end it: what they did may be there.
    pub takeovers: u32,
    /// The right to do it.
    pub lease: TaskLease,
}

/// The right of a node to do a piece of work, for a time.
#[derive(Debug)]
pub struct TaskLease {
    pub(super) run: RunId,
    pub(super) number: i64,
    pub(super) token: i64,
    pub(super) lasts: Duration,
    pub(super) ends: Instant,
}

impl TaskLease {
    /// The run that it is of.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// Its number in the run.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// For how long it was claimed, and is with each renewal.
    pub fn lasts(&self) -> Duration {
        self.lasts
    }

    /// From when on nothing more may be changed in its name, unless it was renewed: a tenth of its time before
    /// another may take it.
    pub fn ends(&self) -> Instant {
        self.ends
    }
}

/// When a lease ends for its holder. A time that this clock cannot count to is over at once.
pub(super) fn end(asked: Instant, lasts: Duration) -> Instant {
    asked.checked_add(lasts - lasts / 10).unwrap_or(asked)
}

/// As it is added to a time in the database.
pub(super) fn microseconds(lasts: Duration) -> i64 {
    i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX)
}
