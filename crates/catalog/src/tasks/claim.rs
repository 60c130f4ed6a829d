//! Taking work.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::Tasks;
use super::open::{CLAIMABLE, running};
use super::task::{ClaimedTask, TaskLease, end, microseconds};
use crate::writer::Operation;
use crate::{CatalogError, NodeId, RunId, database, sql};

/// So many nodes may have begun a task and not ended it. It is given to no further one: it may be what ends them.
const MOST_TAKEOVERS: i64 = 5;

/// What a node would do.
#[derive(Debug, Clone)]
pub struct ClaimTasks {
    /// The node.
    pub node: NodeId,
    /// The mirrors that it knows.
    pub mirrors: BTreeSet<String>,
    /// The form of tasks that it knows.
    pub form: u32,
    /// How many it takes at most.
    pub most: u32,
    /// For how long, unless it renews that.
    pub lasts: Duration,
}

struct Claim(ClaimTasks);

/// A row as it was taken.
struct Taken {
    run: i64,
    number: i64,
    token: i64,
    takeovers: i64,
    mirror: String,
    what: String,
}

impl Tasks {
    /// Takes work that nobody has, or whose node was not heard of in time; those first that were added first. Work of a
    /// run whose own lease has ended is left alone.
    ///
    /// # Errors
    /// As any write.
    pub async fn claim(&self, wanted: ClaimTasks) -> Result<Vec<ClaimedTask>, CatalogError> {
        let (asked, lasts) = (Instant::now(), wanted.lasts);
        let taken = self.writer.write(Claim(wanted)).await?;
        let claimed = taken.into_iter().map(|Taken { run, number, token, takeovers, mirror, what }| {
            let (run, ends) = (RunId::new(run), end(asked, lasts));
            let lease = TaskLease { run, number, token, lasts, ends };
            ClaimedTask { mirror, what, takeovers: u32::try_from(takeovers).unwrap_or(u32::MAX), lease }
        });
        Ok(claimed.collect())
    }
}

#[async_trait]
impl Operation for Claim {
    type Reply = Vec<Taken>;
    const NAME: &'static str = "claim_tasks";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Vec<Taken>, CatalogError> {
        let now = database::now(transaction).await?;
        let ClaimTasks { mirrors, form, most, .. } = &self.0;
        let runs = running(transaction, mirrors, now).await?;
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let (marks, mut values) = sql::list(runs);
        values.extend([i64::from(*form).into(), now.into(), i64::from(*most).into()]);
        let free = format!(
            "SELECT run_id, number, token, takeovers, state, mirror, what FROM run_task \
             WHERE run_id IN ({marks}) AND {CLAIMABLE} ORDER BY run_id, number LIMIT ?"
        );
        let mut all = Vec::new();
        for row in sql::lock_what_is_free(transaction, &free, values).await? {
            let before = i64::from(row.get::<String>(4)? == "taken");
            let taken = Taken {
                run: row.get(0)?,
                number: row.get(1)?,
                token: row.get::<i64>(2)?.saturating_add(1),
                takeovers: row.get::<i64>(3)?.saturating_add(before),
                mirror: row.get(5)?,
                what: row.get(6)?,
            };
            all.extend(self.0.take(transaction, taken, now).await?);
        }
        Ok(all)
    }
}

impl ClaimTasks {
    async fn take(
        &self,
        transaction: &DatabaseTransaction,
        taken: Taken,
        now: i64,
    ) -> Result<Option<Taken>, CatalogError> {
        let is_given_up = taken.takeovers >= MOST_TAKEOVERS;
        let state = if is_given_up { "done" } else { "taken" };
        let until = now.saturating_add(microseconds(self.lasts));
        let take = "UPDATE run_task SET state = ?, node_id = ?, token = ?, takeovers = ?, expires_at = ? \
                    WHERE run_id = ? AND number = ?";
        let values = [
            state.into(),
            self.node.get().into(),
            taken.token.into(),
            taken.takeovers.into(),
            until.into(),
            taken.run.into(),
            taken.number.into(),
        ];
        sql::execute(transaction, take, values).await?;
        Ok((!is_given_up).then_some(taken))
    }
}
