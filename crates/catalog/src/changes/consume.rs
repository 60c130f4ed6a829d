//! Consumers of the changes, each with a cursor that outlives them.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::Changes;
use super::lease::{Claim, Claimant, Leased};
use super::new_changes::next;
use crate::sql::{self, Insert, There};
use crate::writer::Operation;
use crate::{CatalogError, database, stored};

/// Where a consumer begins that was never there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorStart {
    /// With the first change that is kept, or was.
    Beginning,
    /// With the first change from now on.
    Now,
}

/// Whether the caller is the consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consume {
    /// It is.
    Begun(ConsumerLease),
    /// Another is.
    Held {
        /// Who, in the word that it gave itself.
        owner: String,
        /// Until then, unless it goes on.
        until: Timestamp,
    },
}

/// The right to be a consumer, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerLease {
    consumer: String,
    token: i64,
    lasts: i64,
    /// The number of the last change that was dealt with when this began; 0 for none.
    pub seq: u64,
}

/// What became of a cursor that was to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveCursor {
    /// It is there, and the lease goes on.
    Moved,
    /// Another is the consumer now.
    Lost,
}

/// How far a consumer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The consumer.
    pub consumer: String,
    /// The number of the last change that it has dealt with; 0 for none.
    pub seq: u64,
    /// When it came to that.
    pub moved_at: Timestamp,
}

const ROW: Leased = Leased { table: "change_cursor", key: "consumer" };

const NEW: Insert<4> = Insert {
    table: "change_cursor",
    columns: ["consumer", "seq", "token", "moved_at"],
    there: There::Stays(&["consumer"]),
};

struct Begin {
    consumer: String,
    start: CursorStart,
    claimant: Claimant,
}

struct Move {
    lease: ConsumerLease,
    to: u64,
}

struct Forget(String);

impl Changes {
    /// Becomes a consumer (a word of up to 64 letters), for a time that each move of the cursor renews. `owner`
    /// says to others who this is. What it has not dealt with is kept for it, for a while.
    ///
    /// # Errors
    /// As any write.
    pub async fn consume(
        &self,
        consumer: &str,
        start: CursorStart,
        (owner, lasts): (&str, Duration),
    ) -> Result<Consume, CatalogError> {
        let claimant = Claimant::new(owner, lasts);
        self.writer.write(Begin { consumer: consumer.to_owned(), start, claimant }).await
    }

    /// The consumer has dealt with all changes up to this one. A cursor never goes back; where it is already, only
    /// the lease is renewed.
    ///
    /// # Errors
    /// As any write.
    pub async fn move_cursor(&self, lease: &ConsumerLease, to: u64) -> Result<MoveCursor, CatalogError> {
        self.writer.write(Move { lease: lease.clone(), to }).await
    }

    /// The consumer is no more: nothing is kept for it.
    ///
    /// # Errors
    /// As any write.
    pub async fn forget_consumer(&self, consumer: &str) -> Result<(), CatalogError> {
        self.writer.write(Forget(consumer.to_owned())).await
    }

    /// All consumers, by name.
    ///
    /// # Errors
    /// As any read.
    pub async fn cursors(&self) -> Result<Vec<Cursor>, CatalogError> {
        let sql = "SELECT consumer, seq, moved_at FROM change_cursor ORDER BY consumer";
        let rows = sql::all(&self.readers().await?, sql, []).await?;
        let read = |row: &sql::Row| {
            Ok(Cursor { consumer: row.get(0)?, seq: row.count(1, "cursor")?, moved_at: row.time(2)? })
        };
        rows.iter().map(read).collect()
    }
}

#[async_trait]
impl Operation for Begin {
    type Reply = Consume;
    const NAME: &'static str = "consume";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Consume, CatalogError> {
        let first = match self.start {
            CursorStart::Beginning => 0,
            CursorStart::Now => next(transaction).await?.saturating_sub(1),
        };
        let now = database::now(transaction).await?;
        let row = [self.consumer.as_str().into(), first.into(), 0_i64.into(), now.into()];
        NEW.rows(transaction, vec![row]).await?;
        let token = match ROW.claim(transaction, &self.consumer, &self.claimant).await? {
            Claim::Taken(token) => token,
            Claim::Held { owner, until } => return Ok(Consume::Held { owner, until }),
        };
        let at = "SELECT seq FROM change_cursor WHERE consumer = ?";
        let row = sql::one(transaction, at, [self.consumer.as_str().into()]).await?;
        let seq = row.map_or(Ok(0), |row| row.count(0, "cursor"))?;
        let (consumer, lasts) = (self.consumer.clone(), self.claimant.lasts);
        Ok(Consume::Begun(ConsumerLease { consumer, token, lasts, seq }))
    }
}

#[async_trait]
impl Operation for Move {
    type Reply = MoveCursor;
    const NAME: &'static str = "move_cursor";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<MoveCursor, CatalogError> {
        let ConsumerLease { consumer, token, lasts, .. } = &self.lease;
        let now = database::now(transaction).await?;
        let renewed = "UPDATE change_cursor SET expires_at = ? WHERE consumer = ? AND token = ?";
        let values = [now.saturating_add(*lasts).into(), consumer.as_str().into(), (*token).into()];
        if sql::execute(transaction, renewed, values).await? == 0 {
            return Ok(MoveCursor::Lost);
        }
        let to = stored::count("number of a change", self.to)?;
        let moved =
            "UPDATE change_cursor SET seq = ?, moved_at = ? WHERE consumer = ? AND token = ? AND seq < ?";
        let values = [to.into(), now.into(), consumer.as_str().into(), (*token).into(), to.into()];
        sql::execute(transaction, moved, values).await?;
        Ok(MoveCursor::Moved)
    }
}

#[async_trait]
impl Operation for Forget {
    type Reply = ();
    const NAME: &'static str = "forget_consumer";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let sql = "DELETE FROM change_cursor WHERE consumer = ?";
        sql::execute(transaction, sql, [self.0.as_str().into()]).await.map(drop)
    }
}
