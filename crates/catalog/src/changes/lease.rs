//! The right to a row for a time: one at a time numbers changes, one at a time is a consumer.

use std::time::Duration;

use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use crate::database;
use crate::{CatalogError, sql, stored};

/// A table whose rows are leased: by a token that grows with each one who takes the row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leased {
    pub(super) table: &'static str,
    /// The column of its key.
    pub(super) key: &'static str,
}

/// Who wants a row, and for how long.
#[derive(Debug, Clone)]
pub(super) struct Claimant {
    pub(super) owner: String,
    pub(super) lasts: i64,
}

/// Whether a row could be taken.
pub(super) enum Claim {
    /// With this token.
    Taken(i64),
    /// Another has it.
    Held { owner: String, until: Timestamp },
}

impl Claimant {
    pub(super) fn new(owner: &str, lasts: Duration) -> Self {
        let lasts = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
        Self { owner: owner.to_owned(), lasts }
    }
}

impl Leased {
    /// Takes the row of this key, which there is, unless another has it. Who takes it again has a new token too.
    pub(super) async fn claim(
        self,
        transaction: &DatabaseTransaction,
        key: &str,
        claimant: &Claimant,
    ) -> Result<Claim, CatalogError> {
        let Self { table, key: column } = self;
        let lease = format!("SELECT token, owner, expires_at FROM {table} WHERE {column} = ?");
        let rows = sql::lock(transaction, &lease, [key.into()]).await?;
        let now = database::now(transaction).await?;
        let mut token = 1;
        if let Some(row) = rows.first() {
            let (owner, until) = (row.get::<Option<String>>(1)?, row.get::<Option<i64>>(2)?);
            if let (Some(owner), Some(until)) = (owner, until.filter(|until| *until > now))
                && owner != claimant.owner
            {
                return Ok(Claim::Held { owner, until: stored::time(until)? });
            }
            token = row.get::<i64>(0)?.saturating_add(1);
        }
        let taken = format!("UPDATE {table} SET token = ?, owner = ?, expires_at = ? WHERE {column} = ?");
        let until = now.saturating_add(claimant.lasts);
        let values = [token.into(), claimant.owner.as_str().into(), until.into(), key.into()];
        sql::execute(transaction, &taken, values).await?;
        Ok(Claim::Taken(token))
    }
}
