//! Giving work to the nodes.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::Tasks;
use crate::runs::hold_mirror;
use crate::sql::{self, Insert, There};
use crate::writer::Operation;
use crate::{CatalogError, LeaseKey};

/// Rows of one statement: each may have megabytes.
const AT_ONCE: usize = 20;

const TASK: Insert<8> = Insert {
    table: "run_task",
    columns: ["run_id", "number", "mirror", "form", "what", "state", "token", "takeovers"],
    there: There::Stays(&["run_id", "number"]),
};

/// Pieces of the work of a run.
#[derive(Debug, Clone)]
pub struct NewTasks {
    /// In which form they are written: only nodes that know it claim them.
    pub form: u32,
    /// The number of the first one; the others follow.
    pub first: i64,
    /// What is to be done.
    pub what: Vec<String>,
}

/// Whether work could be given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddTasks {
    /// Any node may claim it now.
    Added,
    /// Another has taken over the mirror.
    Lost,
}

struct Add {
    mirror: String,
    run: i64,
    tasks: NewTasks,
}

impl Tasks {
    /// Adds pieces of the work of a run, all or none. Asked twice, they are there once.
    ///
    /// # Errors
    /// As any write.
    pub async fn add(&self, key: &LeaseKey, tasks: NewTasks) -> Result<AddTasks, CatalogError> {
        let (mirror, run) = (key.mirror.clone(), key.run.get());
        self.writer.write(Add { mirror, run, tasks }).await
    }
}

#[async_trait]
impl Operation for Add {
    type Reply = AddTasks;
    const NAME: &'static str = "add_tasks";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<AddTasks, CatalogError> {
        if !is_leased(transaction, &self.mirror, self.run).await? {
            return Ok(AddTasks::Lost);
        }
        let NewTasks { form, first, what } = &self.tasks;
        let mut numbers = *first..;
        for some in what.chunks(AT_ONCE) {
            let row = |(number, what): (i64, &String)| {
                [
                    self.run.into(),
                    number.into(),
                    self.mirror.as_str().into(),
                    i64::from(*form).into(),
                    what.as_str().into(),
                    "open".into(),
                    0_i64.into(),
                    0_i64.into(),
                ]
            };
            TASK.rows(transaction, numbers.by_ref().zip(some).map(row).collect()).await?;
        }
        Ok(AddTasks::Added)
    }
}

/// Whether the run has the lease of its mirror. It keeps it to the end of the transaction.
pub(super) async fn is_leased(
    transaction: &DatabaseTransaction,
    mirror: &str,
    run: i64,
) -> Result<bool, CatalogError> {
    hold_mirror(transaction, mirror).await?;
    let leased = "SELECT run_id FROM run_lease WHERE mirror = ? AND run_id = ?";
    Ok(sql::one(transaction, leased, [mirror.into(), run.into()]).await?.is_some())
}
