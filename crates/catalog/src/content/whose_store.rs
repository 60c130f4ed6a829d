//! Which store the content is of.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::Content;
use crate::CatalogError;
use crate::sql::{self, Insert, There};
use crate::writer::Operation;

const STORE: Insert<3> =
    Insert { table: "content_store", columns: ["one", "uuid", "token"], there: There::Stays(&["one"]) };

/// The key of the only row.
pub(super) const ONE: &str = "store";

struct Claim {
    uuid: String,
}

impl Content {
    /// The UUID of the store that lies beside this catalogue; `None` before the first one.
    ///
    /// # Errors
    /// As any read.
    pub async fn whose_store(&self) -> Result<Option<String>, CatalogError> {
        whose(&self.readers().await?).await
    }

    /// Says whose catalogue this is, unless that was said before. Returns what holds.
    ///
    /// # Errors
    /// As any write.
    pub async fn claim_for_store(&self, uuid: &str) -> Result<String, CatalogError> {
        self.writer.write(Claim { uuid: uuid.to_owned() }).await
    }
}

async fn whose(database: &impl ConnectionTrait) -> Result<Option<String>, CatalogError> {
    let row = sql::one(database, "SELECT uuid FROM content_store WHERE one = ?", [ONE.into()]).await?;
    row.map(|row| row.get(0)).transpose()
}

#[async_trait]
impl Operation for Claim {
    type Reply = String;
    const NAME: &'static str = "claim_for_store";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<String, CatalogError> {
        STORE.rows(transaction, vec![[ONE.into(), self.uuid.as_str().into(), 0_i64.into()]]).await?;
        Ok(whose(transaction).await?.unwrap_or_else(|| self.uuid.clone()))
    }
}
