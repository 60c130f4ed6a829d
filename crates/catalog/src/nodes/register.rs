//! Coming in.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr};

use super::{NewNode, NodeId, Nodes};
use crate::writer::Operation;
use crate::{CatalogError, database, sql, stored};

/// Characters of a name.
const NAME: usize = 255;

/// For how long those are remembered that were not heard of any more, in microseconds.
const REMEMBERED: i64 = 24 * 60 * 60 * 1_000_000;

const NEW: &str =
    "INSERT INTO node (name, what, host, started_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)";

struct Register {
    about: NewNode,
    lasts: i64,
}

impl Nodes {
    /// Adds a node. It counts as living for as long as `lasts`, and is to be [renewed](Self::renew) before that.
    ///
    /// # Errors
    /// As any write.
    pub async fn register(&self, about: NewNode, lasts: Duration) -> Result<NodeId, CatalogError> {
        let lasts = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
        self.writer.write(Register { about, lasts }).await
    }
}

#[async_trait]
impl Operation for Register {
    type Reply = NodeId;
    const NAME: &'static str = "register_node";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<NodeId, CatalogError> {
        let now = database::now(transaction).await?;
        let long_ago = now.saturating_sub(REMEMBERED);
        sql::execute(transaction, "DELETE FROM node WHERE expires_at < ?", [long_ago.into()]).await?;
        let NewNode { name, what, host } = &self.about;
        let values = [
            stored::text(&cut(name)).into(),
            stored::text(what).into(),
            stored::text(&cut(host)).into(),
            now.into(),
            now.into(),
            now.saturating_add(self.lasts).into(),
        ];
        // The row is ours alone: nobody else has its number yet.
        let backend = transaction.get_database_backend();
        if backend == DbBackend::Postgres {
            let row = sql::one(transaction, &format!("{NEW} RETURNING id"), values).await?;
            let none = || CatalogError::database(DbErr::RecordNotInserted);
            return Ok(NodeId::new(row.ok_or_else(none)?.get(0)?));
        }
        let added = transaction.execute_raw(sql::statement(backend, NEW, values.into())).await;
        let id = added.map_err(CatalogError::database)?.last_insert_id();
        Ok(NodeId::new(i64::try_from(id).map_err(|error| CatalogError::damaged("number of a node", error))?))
    }
}

fn cut(name: &str) -> String {
    name.chars().take(NAME).collect()
}
