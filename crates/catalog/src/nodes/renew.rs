//! Still being there.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::{NodeId, Nodes};
use crate::writer::Operation;
use crate::{CatalogError, database, sql};

/// What came of a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewNode {
    /// The node counts as living for its whole time again, beside so many others.
    Renewed {
        /// Other nodes that live.
        others: u32,
    },
    /// It was away for so long that it was forgotten.
    Forgotten,
}

struct Renew {
    node: NodeId,
    lasts: i64,
}

impl Nodes {
    /// Gives a sign of life.
    ///
    /// # Errors
    /// As any write.
    pub async fn renew(&self, node: NodeId, lasts: Duration) -> Result<RenewNode, CatalogError> {
        let lasts = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
        self.writer.write(Renew { node, lasts }).await
    }
}

#[async_trait]
impl Operation for Renew {
    type Reply = RenewNode;
    const NAME: &'static str = "renew_node";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RenewNode, CatalogError> {
        let now = database::now(transaction).await?;
        let (id, until) = (self.node.get(), now.saturating_add(self.lasts));
        let renewed = "UPDATE node SET seen_at = ?, expires_at = ? WHERE id = ?";
        if sql::execute(transaction, renewed, [now.into(), until.into(), id.into()]).await? == 0 {
            return Ok(RenewNode::Forgotten);
        }
        let others = "SELECT COUNT(*) FROM node WHERE expires_at > ? AND id <> ?";
        let others = match sql::one(transaction, others, [now.into(), id.into()]).await? {
            Some(row) => row.count(0, "count of nodes")?,
            None => 0,
        };
        Ok(RenewNode::Renewed { others: u32::try_from(others).unwrap_or(u32::MAX) })
    }
}
