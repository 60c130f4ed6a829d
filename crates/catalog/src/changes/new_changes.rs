//! Appending changes, in the transaction that makes them.

use portolan_oci::{Digest, Tag};
use sea_orm::{DatabaseTransaction, Value};

use super::{By, ChangeKind};
use crate::sql::{self, Insert, There};
use crate::{CatalogError, database, stored};

/// What one transaction changes in a repository.
#[derive(Debug)]
pub(crate) struct NewChanges {
    repository: i64,
    revision: i64,
    at: i64,
    changes: Vec<NewChange>,
}

#[derive(Debug)]
struct NewChange {
    kind: ChangeKind,
    tag: Option<String>,
    digest: Option<Digest>,
    previous: Option<Digest>,
}

const PENDING: Insert<10> = Insert {
    table: "change_pending",
    columns: [
        "at",
        "kind",
        "repository_id",
        "tag",
        "digest",
        "previous",
        "revision",
        "cause",
        "actor",
        "node",
    ],
    there: There::Never,
};

pub(super) const LOG: Insert<11> = Insert {
    table: "change_log",
    columns: [
        "seq",
        "at",
        "kind",
        "repository_id",
        "tag",
        "digest",
        "previous",
        "revision",
        "cause",
        "actor",
        "node",
    ],
    there: There::Never,
};

impl NewChanges {
    pub(crate) fn of(repository: i64, revision: i64, at: i64) -> Self {
        Self { repository, revision, at, changes: Vec::new() }
    }

    /// One more; with the digest that is named or deleted, and that which was named before.
    pub(crate) fn add(&mut self, kind: ChangeKind, tag: Option<&Tag>, digests: [Option<Digest>; 2]) {
        let [digest, previous] = digests;
        let tag = tag.map(|tag| tag.as_str().to_owned());
        self.changes.push(NewChange { kind, tag, digest, previous });
    }

    /// Appends them to the log. Where transactions that write come one after the other, they get their numbers
    /// now; elsewhere from the sequencer.
    pub(crate) async fn append(self, transaction: &DatabaseTransaction, by: &By) -> Result<(), CatalogError> {
        let rows = self.rows(by);
        if !database::is_serial(transaction) {
            return PENDING.rows(transaction, rows).await;
        }
        let next = next(transaction).await?;
        let count = stored::count("number of changes", rows.len() as u64)?;
        let rows = (next..).zip(rows).map(|(seq, row)| numbered(seq, row)).collect();
        LOG.rows(transaction, rows).await?;
        let sql = "UPDATE change_sequencer SET next = ?";
        sql::execute(transaction, sql, [next.saturating_add(count).into()]).await.map(drop)
    }

    fn rows(&self, by: &By) -> Vec<[Value; 10]> {
        let stored = |digest: Option<Digest>| Value::from(digest.map(|digest| digest.to_stored()));
        let row = |change: &NewChange| {
            [
                self.at.into(),
                change.kind.number().into(),
                self.repository.into(),
                change.tag.clone().into(),
                stored(change.digest),
                stored(change.previous),
                self.revision.into(),
                by.cause.name().into(),
                by.actor().into(),
                by.node().into(),
            ]
        };
        self.changes.iter().map(row).collect()
    }
}

/// The number that the next change gets.
pub(super) async fn next(transaction: &DatabaseTransaction) -> Result<i64, CatalogError> {
    let rows = sql::lock(transaction, "SELECT next FROM change_sequencer", []).await?;
    rows.first().map_or(Ok(1), |row| row.get(0))
}

pub(super) fn numbered(seq: i64, row: [Value; 10]) -> [Value; 11] {
    let [at, kind, repository, tag, digest, previous, revision, cause, actor, node] = row;
    [seq.into(), at, kind, repository, tag, digest, previous, revision, cause, actor, node]
}
