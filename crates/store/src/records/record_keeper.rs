//! What keeps records.

use std::fmt::Debug;

use async_trait::async_trait;
use futures::stream::BoxStream;

use super::Record;
use crate::BackendError;

/// Keeps what was acknowledged beside the blobs.
#[async_trait]
pub trait RecordKeeper: Debug + Send + Sync + 'static {
    /// Writes down what has been committed and is about to be acknowledged. On disk when it returns; all who wait
    /// share one flush.
    ///
    /// # Errors
    /// [`Full`](BackendError::Full), or any other. What was committed stands without a record then, until the
    /// missing ones are written.
    async fn append(&self, records: Vec<Record>) -> Result<(), BackendError>;

    /// All that was ever written and is not covered by something newer: first the snapshots, the oldest first, then
    /// the rest in no order that means anything.
    fn read_all(&self) -> BoxStream<'static, Result<ReadRecord, BackendError>>;

    /// How much was written since the last snapshot, and how much that has.
    ///
    /// # Errors
    /// If the place fails.
    async fn written(&self) -> Result<Written, BackendError>;

    /// Begins to write down all there is; `None` if another process is at it. What is given to it has to be read from
    /// the catalogue after this: what is committed from now on has records of its own.
    ///
    /// # Errors
    /// If the place fails.
    async fn begin_snapshot(&self) -> Result<Option<Box<dyn SnapshotWriter>>, BackendError>;
}

/// Writes all there is. Dropping it gives it up.
#[async_trait]
pub trait SnapshotWriter: Send {
    /// Takes some of it.
    ///
    /// # Errors
    /// If the place fails.
    async fn add(&mut self, records: Vec<Record>) -> Result<(), BackendError>;

    /// Ends it. From now on it is read, and what the snapshots before the one before it were for is removed.
    ///
    /// # Errors
    /// If the place fails.
    async fn finish(self: Box<Self>) -> Result<(), BackendError>;

    /// Gives it up, and the room that it took.
    ///
    /// # Errors
    /// If the place fails.
    async fn give_up(self: Box<Self>) -> Result<(), BackendError>;
}

/// How much is written, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Since the last snapshot was begun.
    pub since_snapshot: u64,
    /// The last snapshot.
    pub snapshot: u64,
}

impl Written {
    /// Whether a new snapshot is worth its work: if more was written since the last one than that has, and more than
    /// so many bytes.
    pub fn is_worth_a_snapshot(self, least: u64) -> bool {
        self.since_snapshot > self.snapshot.max(least)
    }
}

/// What is found where a record should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadRecord {
    /// A record.
    Record(Record),
    /// What follows is of a snapshot.
    SnapshotBegins,
    /// What follows is not of that snapshot any more.
    SnapshotEnds(SnapshotIs),
    /// A line that was damaged, or is not understood, with others after it.
    Unreadable {
        /// The file.
        file: String,
        /// The line in it, from 1.
        line: u64,
    },
}

/// What a snapshot is worth that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotIs {
    /// All of it was read: what it does not have was no more.
    Whole,
    /// Some of it could not be read.
    Damaged,
}
