//! Whether there is work for a node.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, Value};

use super::Tasks;
use crate::{CatalogError, database, sql};

/// What may be claimed of the runs of a list.
pub(super) const CLAIMABLE: &str = "form = ? AND (state = 'open' OR (state = 'taken' AND expires_at <= ?))";

impl Tasks {
    /// Whether there is work of these mirrors that a node which knows this form may claim. While none of them is run,
    /// that is one question to a small table.
    ///
    /// # Errors
    /// As any read.
    pub async fn are_open(&self, mirrors: &BTreeSet<String>, form: u32) -> Result<bool, CatalogError> {
        let readers = self.opening.readers().await?;
        let now = database::now(&readers).await?;
        let runs = running(&readers, mirrors, now).await?;
        if runs.is_empty() {
            return Ok(false);
        }
        let (marks, mut values) = sql::list(runs);
        values.extend([i64::from(form).into(), now.into()]);
        let open = format!("SELECT number FROM run_task WHERE run_id IN ({marks}) AND {CLAIMABLE} LIMIT 1");
        Ok(sql::one(&readers, &open, values).await?.is_some())
    }
}

impl Tasks {
    /// How much work nobody has.
    ///
    /// # Errors
    /// As any read.
    pub async fn count_open(&self) -> Result<u64, CatalogError> {
        let readers = self.opening.readers().await?;
        let row = sql::one(&readers, "SELECT COUNT(*) FROM run_task WHERE state = 'open'", []).await?;
        row.map_or(Ok(0), |row| row.count(0, "number of tasks"))
    }
}

/// The runs of these mirrors whose lease has not ended.
pub(super) async fn running(
    database: &impl ConnectionTrait,
    mirrors: &BTreeSet<String>,
    now: i64,
) -> Result<Vec<Value>, CatalogError> {
    let leases = "SELECT mirror, run_id FROM run_lease WHERE expires_at > ?";
    let mut runs = Vec::new();
    for row in sql::all(database, leases, [now.into()]).await? {
        if mirrors.contains(&row.get::<String>(0)?) {
            runs.push(row.get::<i64>(1)?.into());
        }
    }
    Ok(runs)
}
