//! Mirrors that are to be run now.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::{RunId, Runs};
use crate::access::audit::{self, Actor};
use crate::sql::{Insert, Row, There};
use crate::writer::Operation;
use crate::{AuditAction, CatalogError, sql, stored};

/// That somebody wants a mirror to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRun {
    /// When he said so last.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The run in which failed what he wants to be done; without one he wants all.
    pub retries: Option<RunId>,
}

struct AskRun {
    mirror: String,
    by: Actor,
    now: i64,
}

struct SettleAsked {
    mirror: String,
    at: i64,
}

const COLUMNS: [&str; 4] = ["mirror", "asked_at", "asked_by", "retries"];

const ALL: Insert<4> = Insert {
    table: "asked_run",
    columns: COLUMNS,
    there: There::Gets { key: &["mirror"], columns: &["asked_at", "asked_by", "retries"] },
};

/// Where all is wanted already, it still is.
const SOME: Insert<4> = Insert {
    table: "asked_run",
    columns: COLUMNS,
    there: There::Gets { key: &["mirror"], columns: &["asked_at", "asked_by"] },
};

impl Runs {
    /// Has a mirror run as soon as it can be. Asked twice before it is, it is run once.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn ask_run(&self, mirror: &str, by: &str) -> Result<AskedRun, CatalogError> {
        self.writer.write(AskRun { mirror: mirror.to_owned(), by: Actor::new(by), now: stored::now() }).await
    }

    /// Whether a mirror is to be run now.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn asked_run(&self, mirror: &str) -> Result<Option<AskedRun>, CatalogError> {
        let sql = "SELECT asked_at, asked_by, retries FROM asked_run WHERE mirror = ?";
        let row = sql::one(&self.opening.readers().await?, sql, [mirror.into()]).await?;
        let read = |row: Row| {
            let retries = row.get::<Option<i64>>(2)?.map(RunId::new);
            Ok(AskedRun { at: row.time(0)?, by: row.get(1)?, retries })
        };
        row.map(read).transpose()
    }

    /// That was done. What was asked again meanwhile stays.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn settle_asked(&self, mirror: &str, asked: &AskedRun) -> Result<(), CatalogError> {
        self.writer.write(SettleAsked { mirror: mirror.to_owned(), at: asked.at.as_microsecond() }).await
    }
}

#[async_trait]
impl Operation for AskRun {
    type Reply = AskedRun;
    const NAME: &'static str = "ask_run";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<AskedRun, CatalogError> {
        ask(transaction, (&self.mirror, None), (&self.by, self.now)).await
    }
}

/// Notes that somebody wants a mirror to be run, for what failed in a run or for all images.
pub(super) async fn ask(
    transaction: &DatabaseTransaction,
    (mirror, retries): (&str, Option<RunId>),
    (by, now): (&Actor, i64),
) -> Result<AskedRun, CatalogError> {
    let insert = if retries.is_some() { SOME } else { ALL };
    let run = retries.map(RunId::get);
    insert.rows(transaction, vec![[mirror.into(), now.into(), by.as_str().into(), run.into()]]).await?;
    let detail = run.map(|run| format!("what failed in run {run}")).unwrap_or_default();
    audit::write(transaction, now, by, (AuditAction::AskRun, mirror, &detail)).await?;
    Ok(AskedRun { at: stored::time(now)?, by: by.as_str().to_owned(), retries })
}

#[async_trait]
impl Operation for SettleAsked {
    type Reply = ();
    const NAME: &'static str = "settle_asked";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let sql = "DELETE FROM asked_run WHERE mirror = ? AND asked_at = ?";
        sql::execute(transaction, sql, [self.mirror.as_str().into(), self.at.into()]).await.map(drop)
    }
}
