//! Operations, and operations in the queue.

use async_trait::async_trait;
use portolan_oci::with_causes;
use sea_orm::DatabaseTransaction;
use tokio::sync::oneshot;

use crate::CatalogError;

/// Something that is written as a whole or not at all.
///
/// It may be run more than once, when the group it was in is rolled back: it must not keep anything of an
/// earlier attempt.
#[async_trait]
pub(crate) trait Operation: Send + Sync + 'static {
    /// What the caller gets.
    type Reply: Send + 'static;

    /// What it does, for the log.
    const NAME: &'static str;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Self::Reply, CatalogError>;
}

/// An operation in the queue, with whoever waits for it.
#[async_trait]
pub(super) trait Job: Send {
    /// Does the work within a group, and keeps the reply.
    async fn run(&mut self, transaction: &DatabaseTransaction) -> Result<(), CatalogError>;

    /// Tells the caller; after the group is committed, or never will be.
    fn acknowledge(self: Box<Self>, outcome: Result<(), CatalogError>);
}

/// An operation whose caller waits.
pub(super) struct Awaited<O: Operation> {
    pub(super) operation: O,
    pub(super) reply: Option<O::Reply>,
    pub(super) caller: oneshot::Sender<Result<O::Reply, CatalogError>>,
}

#[async_trait]
impl<O: Operation> Job for Awaited<O> {
    async fn run(&mut self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        self.reply = Some(self.operation.run(transaction).await?);
        Ok(())
    }

    fn acknowledge(self: Box<Self>, outcome: Result<(), CatalogError>) {
        // A caller that has gone away does not want to know.
        let _ = match (outcome, self.reply) {
            (Ok(()), Some(reply)) => self.caller.send(Ok(reply)),
            (Ok(()), None) => self.caller.send(Err(CatalogError::Closed)),
            (Err(error), _) => self.caller.send(Err(error)),
        };
    }
}

/// An operation for which nobody waits: one that may be lost, or one that is written behind.
pub(super) struct Hint<O: Operation>(pub(super) O);

#[async_trait]
impl<O: Operation> Job for Hint<O> {
    async fn run(&mut self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        self.0.run(transaction).await?;
        Ok(())
    }

    fn acknowledge(self: Box<Self>, outcome: Result<(), CatalogError>) {
        if let Err(error) = outcome {
            tracing::warn!(
                operation = O::NAME,
                error = with_causes(&error),
                "what nobody waits for was not written"
            );
        }
    }
}
