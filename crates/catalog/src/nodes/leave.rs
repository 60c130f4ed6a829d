//! Going away in order.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::{NodeId, Nodes};
use crate::writer::Operation;
use crate::{CatalogError, sql};

struct Leave(NodeId);

impl Nodes {
    /// Takes a node out. It must do nothing more.
    ///
    /// # Errors
    /// As any write.
    pub async fn leave(&self, node: NodeId) -> Result<(), CatalogError> {
        self.writer.write(Leave(node)).await
    }
}

#[async_trait]
impl Operation for Leave {
    type Reply = ();
    const NAME: &'static str = "leave";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        sql::execute(transaction, "DELETE FROM node WHERE id = ?", [self.0.get().into()]).await?;
        Ok(())
    }
}
