//! The one writer of the process.
//!
//! A task owns the writing connections. Callers hand it operations through a bounded queue; it has them committed
//! and only then acknowledges each: in SQLite what is queued as one group, on a server side by side. An operation
//! that fails takes nothing down with it. Nothing here knows a table: what an operation does is in the folder of
//! its subject.

mod group;
mod job;
mod queue;
mod side_by_side;
mod stats;
mod task;
#[cfg(test)]
mod tests;

pub(crate) use job::Operation;
pub(crate) use queue::{Limits, Writer, WriterHandle};
pub use stats::WriterStats;
