//! Saying what came of a request.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::{Attempt, Requests};
use crate::writer::Operation;
use crate::{CatalogError, sql};

struct Answer {
    attempt: Attempt,
    answer: Vec<u8>,
}

struct Forget(Attempt);

impl Requests {
    /// Keeps the answer for whoever sends the request again.
    ///
    /// # Errors
    /// As any write.
    pub async fn answer(&self, attempt: Attempt, answer: Vec<u8>) -> Result<(), CatalogError> {
        self.writer.write(Answer { attempt, answer }).await
    }

    /// Nothing came of it: sent again, it is done anew.
    ///
    /// # Errors
    /// As any write.
    pub async fn forget(&self, attempt: Attempt) -> Result<(), CatalogError> {
        self.writer.write(Forget(attempt)).await
    }
}

#[async_trait]
impl Operation for Answer {
    type Reply = ();
    const NAME: &'static str = "answer_request";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let Attempt { key, number } = self.attempt;
        let sql = "UPDATE answered_request SET answer = ? WHERE id = ? AND attempt = ?";
        let values = [self.answer.clone().into(), key.to_stored().into(), number.into()];
        sql::execute(transaction, sql, values).await.map(drop)
    }
}

#[async_trait]
impl Operation for Forget {
    type Reply = ();
    const NAME: &'static str = "forget_request";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let Attempt { key, number } = self.0;
        let sql = "DELETE FROM answered_request WHERE id = ? AND attempt = ? AND answer IS NULL";
        sql::execute(transaction, sql, [key.to_stored().into(), number.into()]).await.map(drop)
    }
}
