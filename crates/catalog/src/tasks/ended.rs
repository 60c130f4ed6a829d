//! What came of the work that was given away.

use std::collections::BTreeSet;

use super::Tasks;
use crate::{CatalogError, NodeId, RunId, sql};

/// A piece of work that came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedTask {
    /// Its number in the run.
    pub number: i64,
    /// What came of it; `None` if it was given up, since too many nodes had begun it and none had ended it.
    pub outcome: Option<String>,
    /// How many nodes had it before and did not end it.
    pub takeovers: u32,
    /// Who had it last.
    pub node: Option<NodeId>,
}

impl Tasks {
    /// What came of the work of a run, but for those numbers that are `known`.
    ///
    /// # Errors
    /// As any read.
    pub async fn ended(&self, run: RunId, known: &BTreeSet<i64>) -> Result<Vec<EndedTask>, CatalogError> {
        let readers = self.opening.readers().await?;
        let (marks, known) = sql::list(known.iter().map(|number| (*number).into()));
        let unknown = if known.is_empty() { String::new() } else { format!("AND number NOT IN ({marks})") };
        let ended = format!(
            "SELECT number, outcome, takeovers, node_id FROM run_task \
             WHERE run_id = ? AND state = 'done' {unknown} ORDER BY number"
        );
        let mut values = vec![run.get().into()];
        values.extend(known);
        let rows = sql::all(&readers, &ended, values).await?;
        let read = |row: &sql::Row| {
            let takeovers = row.count(2, "count of takeovers")?;
            Ok(EndedTask {
                number: row.get(0)?,
                outcome: row.get(1)?,
                takeovers: u32::try_from(takeovers).unwrap_or(u32::MAX),
                node: row.get::<Option<i64>>(3)?.map(NodeId::new),
            })
        };
        rows.iter().map(read).collect()
    }
}
