//! Senders that want to hear what became of the images of which they told.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::{Awaited, NewAwaited, Runs};
use crate::sql::{Insert, There};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It is at all targets.
    Brought,
    /// It is not, and will not be tried again by itself.
    Failed {
        /// Why.
        cause: String,
    },
}

/// What a sender is to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedReport {
    id: i64,
    /// The mirror that saw to the image.
    pub mirror: String,
    /// The image.
    pub image: String,
    /// Where to.
    pub url: String,
    /// What became of it.
    pub became: Became,
}

const OWED: Insert<5> = Insert {
    table: "owed_report",
    columns: ["mirror", "image", "url", "told_at", "became"],
    there: There::Never,
};

/// As it is stored.
const WAITING: &str = "waiting";
const BROUGHT: &str = "brought";
const FAILED: &str = "failed";

/// Reports that are taken at once, to be told at once.
const PIECE: i64 = 16;

struct NoteBecame {
    mirror: String,
    images: Vec<(Awaited, Became)>,
}

struct TakeReports {
    now: i64,
    tried_before: i64,
}

struct SettleReport(i64);

struct ExpireReports(i64);

impl Runs {
    /// Notes what became of images of which the mirror was told, for the senders that want to hear it.
    ///
    /// # Errors
    /// As any write.
    pub async fn note_became(
        &self,
        mirror: &str,
        images: Vec<(Awaited, Became)>,
    ) -> Result<(), CatalogError> {
        let waiting = "SELECT id FROM owed_report WHERE became = ? AND mirror = ? LIMIT 1";
        let readers = self.opening.readers().await?;
        if sql::one(&readers, waiting, [WAITING.into(), mirror.into()]).await?.is_none() {
            return Ok(());
        }
        self.writer.write(NoteBecame { mirror: mirror.to_owned(), images }).await
    }

    /// Takes what senders are to hear, some at a time: nobody else gets it before `patience` is over.
    ///
    /// # Errors
    /// As any write.
    pub async fn take_reports(&self, patience: Duration) -> Result<Vec<OwedReport>, CatalogError> {
        let owed = "SELECT id FROM owed_report WHERE became IN (?, ?) LIMIT 1";
        let readers = self.opening.readers().await?;
        if sql::one(&readers, owed, [BROUGHT.into(), FAILED.into()]).await?.is_none() {
            return Ok(Vec::new());
        }
        let (now, patience) = (stored::now(), i64::try_from(patience.as_micros()).unwrap_or(i64::MAX));
        self.writer.write(TakeReports { now, tried_before: now.saturating_sub(patience) }).await
    }

    /// The sender has heard it, or wants to no longer.
    ///
    /// # Errors
    /// As any write.
    pub async fn settle_report(&self, report: &OwedReport) -> Result<(), CatalogError> {
        self.writer.write(SettleReport(report.id)).await
    }

    /// Forgets what was told before this time and could not be reported.
    ///
    /// # Errors
    /// As any write.
    pub async fn expire_reports(&self, told_before: Timestamp) -> Result<u64, CatalogError> {
        let (before, readers) = (told_before.as_microsecond(), self.opening.readers().await?);
        let old = "SELECT id FROM owed_report WHERE told_at < ? LIMIT 1";
        if sql::one(&readers, old, [before.into()]).await?.is_none() {
            return Ok(0);
        }
        self.writer.write(ExpireReports(before)).await
    }
}

/// Whoever told of these images at that time is to hear what becomes of them.
pub(super) async fn owe(
    transaction: &DatabaseTransaction,
    images: &[NewAwaited],
    url: &str,
    at: i64,
) -> Result<(), CatalogError> {
    let row = |NewAwaited { mirror, image, .. }: &NewAwaited| {
        [mirror.as_str().into(), image.as_str().into(), url.into(), at.into(), WAITING.into()]
    };
    OWED.rows(transaction, images.iter().map(row).collect()).await
}

#[async_trait]
impl Operation for NoteBecame {
    type Reply = ();
    const NAME: &'static str = "note_became";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let sql = "UPDATE owed_report SET became = ?, cause = ? \
            WHERE became = ? AND mirror = ? AND image = ? AND told_at <= ?";
        for (awaited, became) in &self.images {
            let (word, cause) = match became {
                Became::Brought => (BROUGHT, None),
                Became::Failed { cause } => (FAILED, Some(cause.clone())),
            };
            let (mirror, image) = (self.mirror.as_str(), awaited.image.as_str());
            let values = [
                word.into(),
                cause.into(),
                WAITING.into(),
                mirror.into(),
                image.into(),
                awaited.told_at.into(),
            ];
            sql::execute(transaction, sql, values).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Operation for TakeReports {
    type Reply = Vec<OwedReport>;
    const NAME: &'static str = "take_reports";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Vec<OwedReport>, CatalogError> {
        let sql = "SELECT id, mirror, image, url, became, cause FROM owed_report \
            WHERE became IN (?, ?) AND (tried_at IS NULL OR tried_at <= ?) ORDER BY id LIMIT ?";
        let values = [BROUGHT.into(), FAILED.into(), self.tried_before.into(), PIECE.into()];
        let rows = sql::lock_what_is_free(transaction, sql, values).await?;
        let mut reports = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.get(0)?;
            let cause = row.get::<Option<String>>(5)?.unwrap_or_default();
            let became =
                if row.get::<String>(4)? == BROUGHT { Became::Brought } else { Became::Failed { cause } };
            let tried = "UPDATE owed_report SET tried_at = ? WHERE id = ?";
            sql::execute(transaction, tried, [self.now.into(), id.into()]).await?;
            reports.push(OwedReport {
                id,
                mirror: row.get(1)?,
                image: row.get(2)?,
                url: row.get(3)?,
                became,
            });
        }
        Ok(reports)
    }
}

#[async_trait]
impl Operation for SettleReport {
    type Reply = ();
    const NAME: &'static str = "settle_report";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        sql::delete_by_id(transaction, "owed_report", [self.0.into()]).await.map(drop)
    }
}

#[async_trait]
impl Operation for ExpireReports {
    type Reply = u64;
    const NAME: &'static str = "expire_reports";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let sql = "SELECT id FROM owed_report WHERE told_at < ? ORDER BY id LIMIT ?";
        let old = sql::all(transaction, sql, [self.0.into(), 1_000_i64.into()]).await?;
        let old: Vec<i64> = old.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
        if old.is_empty() {
            return Ok(0);
        }
        sql::delete_by_id(transaction, "owed_report", old.into_iter().map(Into::into)).await
    }
}
