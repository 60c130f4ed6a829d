//! Mirrors that are to be run now.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::Runs;
use crate::access::audit::{self, Actor};
use crate::sql::{Insert, There};
use crate::writer::Operation;
use crate::{AuditAction, CatalogError, sql, stored};

/// That somebody wants a mirror to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRun {
    /// When he said so last.
    pub at: Timestamp,
    /// Who.
    pub by: String,
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

const ASKED: Insert<3> = Insert {
    table: "asked_run",
    columns: ["mirror", "asked_at", "asked_by"],
    there: There::Gets { key: &["mirror"], columns: &["asked_at", "asked_by"] },
};

impl Runs {
    /// Has a mirror run as soon as it can be. Asked twice before it is, it is run once.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn ask_run(&self, mirror: &str, by: &str) -> Result<AskedRun, CatalogError> {
        let now = stored::now();
        let operation = AskRun { mirror: mirror.to_owned(), by: Actor::new(by), now };
        self.writer.write(operation).await?;
        Ok(AskedRun { at: stored::time(now)?, by: by.to_owned() })
    }

    /// Whether a mirror is to be run now.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn asked_run(&self, mirror: &str) -> Result<Option<AskedRun>, CatalogError> {
        let sql = "SELECT asked_at, asked_by FROM asked_run WHERE mirror = ?";
        let row = sql::one(&self.opening.readers().await?, sql, [mirror.into()]).await?;
        row.map(|row| Ok(AskedRun { at: row.time(0)?, by: row.get(1)? })).transpose()
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
    type Reply = ();
    const NAME: &'static str = "ask_run";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let mirror = self.mirror.as_str();
        let row = [mirror.into(), self.now.into(), self.by.as_str().into()];
        ASKED.rows(transaction, vec![row]).await?;
        audit::write(transaction, self.now, &self.by, (AuditAction::AskRun, mirror, "")).await
    }
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
