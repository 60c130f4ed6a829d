//! Forgetting what was said about mirrors that are no more.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::Runs;
use crate::writer::Operation;
use crate::{CatalogError, sql};

/// Rows that go in one transaction, at most.
const ROWS: i64 = 1_000;

/// Which mirrors there are, and what is kept of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMirrors {
    /// The names of those that there are.
    pub names: BTreeSet<String>,
    /// What was said about others since then stays: they may come back.
    pub said_since: Timestamp,
    /// What was said in this one's name stays: its mirrors have another list.
    pub except_by: String,
}

/// What is said about mirrors: a table, with its columns of when and, where somebody said it, by whom, and the column that
/// orders a mirror's rows.
struct Said {
    table: &'static str,
    at: &'static str,
    by: Option<&'static str>,
    key: &'static str,
}

const SAID: [Said; 5] = [
    Said { table: "awaited_image", at: "told_at", by: Some("told_by"), key: "image" },
    Said { table: "mirror_pause", at: "paused_at", by: Some("paused_by"), key: "mirror" },
    Said { table: "mirror_schedule", at: "set_at", by: Some("set_by"), key: "mirror" },
    Said { table: "asked_run", at: "asked_at", by: Some("asked_by"), key: "mirror" },
    Said { table: "arrival", at: "visible_at", by: None, key: "target" },
];

struct Forget {
    said: &'static Said,
    mirror: String,
    before: i64,
    except_by: String,
}

impl Runs {
    /// Forgets what mirrors were told and asked, their pauses and schedules, and when their images arrived, where there is no such mirror any
    /// more; a thousand rows at a time. Says how many rows went. To be asked only by who knows of all mirrors.
    ///
    /// # Errors
    /// [`CatalogError::Database`]; as any write.
    pub async fn forget_mirrors(&self, kept: &KeptMirrors) -> Result<u64, CatalogError> {
        let mut gone = 0;
        for said in &SAID {
            for mirror in self.spoken_of(said).await?.difference(&kept.names) {
                let (mirror, before) = (mirror.clone(), kept.said_since.as_microsecond());
                let step =
                    || Forget { said, mirror: mirror.clone(), before, except_by: kept.except_by.clone() };
                loop {
                    match self.writer.write(step()).await? {
                        0 => break,
                        some => gone += some,
                    }
                }
            }
        }
        Ok(gone)
    }

    async fn spoken_of(&self, said: &Said) -> Result<BTreeSet<String>, CatalogError> {
        let readers = self.opening.readers().await?;
        let sql = format!("SELECT DISTINCT mirror FROM {}", said.table);
        sql::all(&readers, &sql, []).await?.iter().map(|row| row.get(0)).collect()
    }
}

#[async_trait]
impl Operation for Forget {
    type Reply = u64;
    const NAME: &'static str = "forget_mirrors";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let Said { table, at, by, key } = self.said;
        let (mut which, mut values) =
            (format!("mirror = ? AND {at} < ?"), vec![self.mirror.as_str().into(), self.before.into()]);
        if let Some(by) = by {
            which = format!("{which} AND {by} <> ?");
            values.push(self.except_by.as_str().into());
        }
        let sql = format!("SELECT {key} FROM {table} WHERE {which} ORDER BY {key} LIMIT ?");
        let rows = sql::all(transaction, &sql, [&values[..], &[ROWS.into()]].concat()).await?;
        let Some(last) = rows.last() else { return Ok(0) };
        let last: String = last.get(0)?;
        let sql = format!("DELETE FROM {table} WHERE {which} AND {key} <= ?");
        sql::execute(transaction, &sql, [&values[..], &[last.into()]].concat()).await
    }
}
