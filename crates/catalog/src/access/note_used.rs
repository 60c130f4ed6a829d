//! Noting that a token was used.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::{Access, TokenName};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

struct Used {
    name: TokenName,
    now: i64,
}

impl Access {
    /// Notes that a token was used now. Written behind, and lost if the process ends badly.
    pub fn note_used(&self, name: TokenName) {
        self.writer.hint(Used { name, now: stored::now() });
    }
}

#[async_trait]
impl Operation for Used {
    type Reply = ();
    const NAME: &'static str = "note_used";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let sql = "UPDATE access_token SET used_at = ? WHERE name = ?";
        sql::execute(transaction, sql, [self.now.into(), self.name.to_string().into()]).await.map(drop)
    }
}
