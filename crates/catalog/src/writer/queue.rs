//! The way to the writer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::job::{Awaited, Hint, Job, Operation};
use super::stats::{Counters, WriterStats};
use super::task;
use crate::CatalogError;
use crate::database::Writing;

/// How much the writer takes at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Operations that may wait; then a caller waits and a hint is dropped.
    pub(crate) queue: usize,
    /// Operations of one commit.
    pub(crate) group: usize,
    /// How long hints wait for company. An operation whose caller waits never does: while one group is
    /// committed the next gathers by itself.
    pub(crate) linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { queue: 1_024, group: 256, linger: Duration::from_millis(100) }
    }
}

pub(super) enum Message {
    Awaited(Box<dyn Job>),
    Hint(Box<dyn Job>),
    Finish,
}

impl Message {
    pub(super) fn into_job(self) -> Option<Box<dyn Job>> {
        match self {
            Self::Awaited(job) | Self::Hint(job) => Some(job),
            Self::Finish => None,
        }
    }
}

/// What is done to wait for others.
struct Nothing;

#[async_trait]
impl Operation for Nothing {
    type Reply = ();
    const NAME: &'static str = "settled";

    async fn run(&self, _: &DatabaseTransaction) -> Result<(), CatalogError> {
        Ok(())
    }
}

/// The writer task.
#[derive(Debug)]
pub(crate) struct Writer {
    handle: WriterHandle,
    task: JoinHandle<()>,
}

impl Writer {
    /// Starts the task on the runtime of the caller. It ends when all handles are gone, or by
    /// [`finish`](Self::finish).
    pub(crate) fn start(
        database: impl Future<Output = Result<Writing, CatalogError>> + Send + 'static,
        limits: Limits,
    ) -> Self {
        let (queue, messages) = mpsc::channel(limits.queue);
        let counters = Arc::new(Counters::default());
        let task = tokio::spawn(task::run(database, limits, messages, Arc::clone(&counters)));
        Self { handle: WriterHandle { queue, counters }, task }
    }

    pub(crate) fn handle(&self) -> WriterHandle {
        self.handle.clone()
    }

    /// Takes no more, commits what is queued, ends the task.
    pub(crate) async fn finish(self) {
        let _ = self.handle.queue.send(Message::Finish).await;
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the database's writer broke down");
        }
    }
}

/// What callers have of the writer.
#[derive(Debug, Clone)]
pub(crate) struct WriterHandle {
    queue: mpsc::Sender<Message>,
    counters: Arc<Counters>,
}

impl WriterHandle {
    /// Returns when the operation is committed. If the caller stops waiting, it is committed all the same.
    pub(crate) async fn write<O: Operation>(&self, operation: O) -> Result<O::Reply, CatalogError> {
        let (caller, reply) = oneshot::channel();
        let job = Box::new(Awaited { operation, reply: None, caller });
        self.queue.send(Message::Awaited(job)).await.map_err(|_| CatalogError::Closed)?;
        reply.await.map_err(|_| CatalogError::Closed)?
    }

    /// Queues the operation and waits for room only. It is committed with what comes next, and not lost as long
    /// as the process lives; who has to know that it is committed waits for [`settled`](Self::settled).
    pub(crate) async fn write_behind<O: Operation>(&self, operation: O) -> Result<(), CatalogError> {
        let job = Box::new(Hint(operation));
        self.queue.send(Message::Hint(job)).await.map_err(|_| CatalogError::Closed)
    }

    /// Returns when all that was queued before is committed.
    pub(crate) async fn settled(&self) -> Result<(), CatalogError> {
        self.write(Nothing).await
    }

    /// Queues the operation and does not wait. If there is no room, it is dropped and counted.
    pub(crate) fn hint<O: Operation>(&self, operation: O) {
        let sent = self.queue.try_send(Message::Hint(Box::new(Hint(operation))));
        if let Err(TrySendError::Full(_) | TrySendError::Closed(_)) = sent {
            Counters::add(&self.counters.dropped_hints, 1);
        }
    }

    pub(crate) fn stats(&self) -> WriterStats {
        self.counters.read()
    }
}
