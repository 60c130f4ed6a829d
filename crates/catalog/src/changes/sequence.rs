//! Giving changes their numbers, where those who write do not come one after the other.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::{DatabaseTransaction, Value};

use super::Changes;
use super::lease::{Claim, Claimant, Leased};
use super::new_changes::{LOG, next, numbered};
use crate::writer::Operation;
use crate::{CatalogError, database, sql, stored};

/// Whether the caller is the one who numbers changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimSequencer {
    /// It is.
    Claimed(SequencerLease),
    /// Another is.
    Held {
        /// Who, in the word that it gave itself.
        owner: String,
        /// Until then, unless it goes on.
        until: Timestamp,
    },
    /// Nobody has to be: changes have their numbers as soon as they are written.
    NotNeeded,
}

/// The right to number changes, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequencerLease {
    token: i64,
    lasts: i64,
}

/// What came of a step of numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequenced {
    /// So many changes got numbers, and the lease goes on. As long as it is not zero, there may be more.
    Numbered(usize),
    /// Another has taken over.
    Lost,
}

/// Changes of one step.
const STEP: i64 = 500;

const ROW: Leased = Leased { table: "change_sequencer", key: "one" };

/// The key of its one row.
const ONE: &str = "sequencer";

const PENDING: &str = "SELECT id, at, kind, repository_id, tag, digest, previous, revision, cause, actor, node \
    FROM change_pending ORDER BY id LIMIT ?";

struct ClaimIt(Claimant);

struct Step(SequencerLease);

impl Changes {
    /// Becomes the one who numbers changes, for a time that each step renews. `owner` says to others who this is.
    /// The lease keeps two from waiting for each other; if there were two, no number would be given twice.
    ///
    /// # Errors
    /// As any write.
    pub async fn claim_sequencer(
        &self,
        owner: &str,
        lasts: Duration,
    ) -> Result<ClaimSequencer, CatalogError> {
        if database::is_serial(&self.readers().await?) {
            return Ok(ClaimSequencer::NotNeeded);
        }
        self.writer.write(ClaimIt(Claimant::new(owner, lasts))).await
    }

    /// Gives the next changes their numbers, up to 500, all or none. Until then nobody reads them.
    ///
    /// # Errors
    /// As any write.
    pub async fn sequence(&self, lease: &SequencerLease) -> Result<Sequenced, CatalogError> {
        self.writer.write(Step(lease.clone())).await
    }
}

#[async_trait]
impl Operation for ClaimIt {
    type Reply = ClaimSequencer;
    const NAME: &'static str = "claim_sequencer";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<ClaimSequencer, CatalogError> {
        Ok(match ROW.claim(transaction, ONE, &self.0).await? {
            Claim::Taken(token) => ClaimSequencer::Claimed(SequencerLease { token, lasts: self.0.lasts }),
            Claim::Held { owner, until } => ClaimSequencer::Held { owner, until },
        })
    }
}

#[async_trait]
impl Operation for Step {
    type Reply = Sequenced;
    const NAME: &'static str = "sequence";

    /// The row of the sequencer is locked first, and what is pending is read without locks: who writes waits for
    /// nobody here, and is numbered when it is committed.
    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Sequenced, CatalogError> {
        let SequencerLease { token, lasts } = self.0;
        let until = database::now(transaction).await?.saturating_add(lasts);
        let renewed = "UPDATE change_sequencer SET expires_at = ? WHERE one = ? AND token = ?";
        let values = [until.into(), ONE.into(), token.into()];
        if sql::execute(transaction, renewed, values).await? == 0 {
            return Ok(Sequenced::Lost);
        }
        let first = next(transaction).await?;
        let pending = sql::all(transaction, PENDING, [STEP.into()]).await?;
        if pending.is_empty() {
            return Ok(Sequenced::Numbered(0));
        }
        let mut rows = Vec::with_capacity(pending.len());
        let mut done: Vec<Value> = Vec::with_capacity(pending.len());
        for (seq, row) in (first..).zip(&pending) {
            done.push(row.get::<i64>(0)?.into());
            rows.push(numbered(seq, moved(row)?));
        }
        LOG.rows(transaction, rows).await?;
        sql::delete_by_id(transaction, "change_pending", done).await?;
        let count = stored::count("number of changes", pending.len() as u64)?;
        let values = [first.saturating_add(count).into(), ONE.into()];
        sql::execute(transaction, "UPDATE change_sequencer SET next = ? WHERE one = ?", values).await?;
        Ok(Sequenced::Numbered(pending.len()))
    }
}

/// A pending change as it is put into the log.
fn moved(row: &sql::Row) -> Result<[Value; 10], CatalogError> {
    Ok([
        row.get::<i64>(1)?.into(),
        row.get::<i64>(2)?.into(),
        row.get::<i64>(3)?.into(),
        row.get::<Option<String>>(4)?.into(),
        row.get::<Option<Vec<u8>>>(5)?.into(),
        row.get::<Option<Vec<u8>>>(6)?.into(),
        row.get::<i64>(7)?.into(),
        row.get::<String>(8)?.into(),
        row.get::<String>(9)?.into(),
        row.get::<String>(10)?.into(),
    ])
}
