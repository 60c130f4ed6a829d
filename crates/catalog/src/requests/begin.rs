//! Beginning a request.

use std::time::Duration;

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::DatabaseTransaction;

use super::Requests;
use crate::sql::{Insert, There};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// The right to do a request, and to say what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    pub(super) key: Digest,
    pub(super) number: i64,
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeginRequest {
    /// Nothing, or only that it was begun long ago and never answered: it is to be done.
    Begun(Attempt),
    /// Somebody is at it.
    UnderWay,
    /// It was done, and so it was answered.
    Answered(Vec<u8>),
    /// The key was given to another request.
    Another,
}

struct Begin {
    attempt: Attempt,
    request: Digest,
    now: i64,
    patience: i64,
}

const REQUEST: Insert<4> = Insert {
    table: "answered_request",
    columns: ["id", "request", "attempt", "begun_at"],
    there: There::Stays(&["id"]),
};

impl Requests {
    /// Begins a request with this key, which must name its sender, too; `number` is drawn at random. One that was begun
    /// and not answered within `patience` is begun again: who was at it is gone.
    ///
    /// # Errors
    /// As any write.
    pub async fn begin(
        &self,
        (key, request): (Digest, Digest),
        number: i64,
        patience: Duration,
    ) -> Result<BeginRequest, CatalogError> {
        let patience = i64::try_from(patience.as_micros()).unwrap_or(i64::MAX);
        let attempt = Attempt { key, number };
        self.writer.write(Begin { attempt, request, now: stored::now(), patience }).await
    }
}

#[async_trait]
impl Operation for Begin {
    type Reply = BeginRequest;
    const NAME: &'static str = "begin_request";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<BeginRequest, CatalogError> {
        let Attempt { key, number } = self.attempt;
        let row = [key.to_stored().into(), self.request.to_stored().into(), number.into(), self.now.into()];
        REQUEST.rows(transaction, vec![row]).await?;
        let sql = "SELECT request, attempt, begun_at, answer FROM answered_request WHERE id = ?";
        let rows = sql::lock(transaction, sql, [key.to_stored().into()]).await?;
        // It was there a moment ago, and is gone when it is removed for its age.
        let Some(row) = rows.first() else { return Ok(BeginRequest::UnderWay) };
        if row.digest(0)? != self.request {
            return Ok(BeginRequest::Another);
        }
        if row.get::<i64>(1)? == number {
            return Ok(BeginRequest::Begun(self.attempt));
        }
        if let Some(answer) = row.get::<Option<Vec<u8>>>(3)? {
            return Ok(BeginRequest::Answered(answer));
        }
        if row.get::<i64>(2)?.saturating_add(self.patience) > self.now {
            return Ok(BeginRequest::UnderWay);
        }
        let sql = "UPDATE answered_request SET attempt = ?, begun_at = ? WHERE id = ?";
        sql::execute(transaction, sql, [number.into(), self.now.into(), key.to_stored().into()]).await?;
        Ok(BeginRequest::Begun(self.attempt))
    }
}
