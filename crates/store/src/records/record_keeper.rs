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

    /// All that was ever written and is not covered by something newer, in no order that means anything.
    fn read_all(&self) -> BoxStream<'static, Result<ReadRecord, BackendError>>;

    /// Whether so much was written since the last snapshot that a new one is worth its work.
    ///
    /// # Errors
    /// If the place fails.
    async fn snapshot_is_due(&self) -> Result<bool, BackendError>;

    /// Begins to write down all there is. What is given to it has to be read from the catalogue after this: what is
    /// committed from now on has records of its own.
    ///
    /// # Errors
    /// If the place fails.
    async fn begin_snapshot(&self) -> Result<Box<dyn SnapshotWriter>, BackendError>;
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
}

/// What is found where a record should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadRecord {
    /// A record.
    Record(Record),
    /// A line that was damaged, or is not understood, with others after it.
    Unreadable {
        /// The file.
        file: String,
        /// The line in it, from 1.
        line: u64,
    },
}
