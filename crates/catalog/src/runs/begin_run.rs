//! Beginning to run a mirror.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::entities::{lease, run};
use super::lease::{Taking, hold_mirror, lease_of, microseconds};
use super::release::interrupt;
use super::{RunId, RunLease, RunTotals, Runs};
use crate::database::{self, Holder, Lock};
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// Who has a mirror before its lease is written, or after it is gone.
const SOMEBODY: &str = "another process";

/// Between the word of an owner and the number of its attempt.
const BEHIND_OWNER: char = '#';

/// Whether a run could begin.
#[derive(Debug)]
pub enum RunStart {
    /// It is under way, and this is its lease.
    Begun(RunLease),
    /// Another is at it.
    LeaseHeld {
        /// Who, in the word that it gave itself.
        owner: String,
        /// When that run began.
        since: Timestamp,
    },
}

#[derive(Clone)]
struct BeginRun {
    mirror: String,
    /// The word of the owner, and a number that only this attempt has: asked once more after an answer that was
    /// lost, it finds its own lease.
    owner: String,
    lasts: i64,
    lock: Arc<Lock>,
}

enum Claim {
    Taken(RunId, Taking),
    Held { owner: String, since: i64 },
}

impl Runs {
    /// Begins a run of the mirror, if nobody else has its lease. `owner` says to others who this is; nobody
    /// else may begin until the run ends or the lease is dropped, as it is when the process dies. Where the
    /// kernel cannot tell that, the lease is free when it has not been [renewed](Self::renew) for as long as
    /// `lasts`, counted by the database's clock. A run that left its lease without telling its end is noted as
    /// interrupted.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn begin_run(
        &self,
        mirror: &str,
        owner: &str,
        lasts: Duration,
    ) -> Result<RunStart, CatalogError> {
        let lock = Arc::new(self.opening.connections().await?.locks.lock(mirror));
        let asked = Instant::now();
        let operation = BeginRun {
            mirror: mirror.to_owned(),
            owner: format!("{owner}{BEHIND_OWNER}{:016x}", rand::random::<u64>()),
            lasts: microseconds(lasts),
            lock: Arc::clone(&lock),
        };
        let claim = match self.writer.write(operation.clone()).await {
            Err(CatalogError::Unanswered(_)) => self.writer.write(operation).await?,
            answered => answered?,
        };
        Ok(match claim {
            Claim::Taken(run, taking) => {
                RunStart::Begun(RunLease::new((run, taking), mirror.to_owned(), lasts, asked, lock))
            }
            Claim::Held { owner, since } => RunStart::LeaseHeld { owner, since: stored::time(since)? },
        })
    }
}

#[async_trait]
impl Operation for BeginRun {
    type Reply = Claim;
    const NAME: &'static str = "begin_run";

    /// The mirror is held to the end: nobody else can take the lease in between. The lock of the mirror is taken and
    /// freed within such transactions only, so that lock and lease tell the same.
    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Claim, CatalogError> {
        hold_mirror(transaction, &self.mirror).await?;
        let now = database::now(transaction).await?;
        let holder = lease_of(transaction, &self.mirror).await?;
        let locked = self.lock.take();
        let taking = match (locked, &holder) {
            (Holder::Us, _) => Taking::Sure,
            (_, Some(holder)) if holder.owner != self.owner => Taking::TakenOver,
            _ => Taking::Free,
        };
        match (locked, holder) {
            // What it was before the answer was lost is not known.
            (_, Some(holder)) if holder.owner == self.owner => {
                let taking = if locked == Holder::Us { taking } else { Taking::TakenOver };
                return Ok(Claim::Taken(RunId::new(holder.run_id), taking));
            }
            (Holder::Another, None) => return Ok(Claim::Held { owner: SOMEBODY.to_owned(), since: now }),
            (Holder::Another, Some(holder)) => return held(transaction, holder).await,
            (Holder::Unknown, Some(holder)) if holder.expires_at > now => {
                return held(transaction, holder).await;
            }
            (_, Some(holder)) => {
                interrupt(transaction, RunId::new(holder.run_id), holder.expires_at.min(now)).await?;
            }
            (_, None) => {}
        }
        let run = self.add_run(transaction, now).await?;
        self.take_lease(transaction, run, now).await?;
        Ok(Claim::Taken(run, taking))
    }
}

impl BeginRun {
    async fn add_run(&self, transaction: &DatabaseTransaction, now: i64) -> Result<RunId, CatalogError> {
        let row = run::ActiveModel {
            mirror: Set(self.mirror.clone()),
            started_at: Set(now),
            ..RunTotals::default().row()?
        };
        let added = run::Entity::insert(row).exec(transaction).await.map_err(CatalogError::database)?;
        Ok(RunId::new(added.last_insert_id))
    }

    async fn take_lease(
        &self,
        transaction: &DatabaseTransaction,
        run: RunId,
        now: i64,
    ) -> Result<(), CatalogError> {
        let row = lease::ActiveModel {
            mirror: Set(self.mirror.clone()),
            run_id: Set(run.get()),
            owner: Set(self.owner.clone()),
            expires_at: Set(now.saturating_add(self.lasts)),
        };
        let ended = OnConflict::column(lease::Column::Mirror)
            .update_columns([lease::Column::RunId, lease::Column::Owner, lease::Column::ExpiresAt])
            .to_owned();
        lease::Entity::insert(row)
            .on_conflict(ended)
            .exec_without_returning(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}

async fn held(transaction: &DatabaseTransaction, holder: lease::Model) -> Result<Claim, CatalogError> {
    let run =
        run::Entity::find_by_id(holder.run_id).one(transaction).await.map_err(CatalogError::database)?;
    // The lease's tie to its run says that there is one.
    let since = run.map_or(holder.expires_at, |run| run.started_at);
    let owner = holder.owner.rsplit_once(BEHIND_OWNER).map_or(holder.owner.as_str(), |(owner, _)| owner);
    Ok(Claim::Held { owner: owner.to_owned(), since })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Locks;
    use crate::{Catalog, DatabaseLocation};

    #[tokio::test]
    async fn an_attempt_that_is_asked_twice_answers_the_same_and_another_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let location = DatabaseLocation::SqliteFile(folder.path().join("portolan.db"));
        let catalog = Catalog::open(&location).await.unwrap();
        let runs = catalog.runs();
        let begin = |owner: &str| BeginRun {
            mirror: "base".to_owned(),
            owner: owner.to_owned(),
            lasts: i64::MAX,
            lock: Arc::new(Locks::None.lock("base")),
        };
        let attempt = begin("me#1");
        let taken = async |attempt: BeginRun| match runs.writer.write(attempt).await.unwrap() {
            Claim::Taken(run, _) => Ok(run),
            Claim::Held { owner, .. } => Err(owner),
        };
        let run = taken(attempt.clone()).await.unwrap();
        assert_eq!(taken(attempt).await, Ok(run));
        assert_eq!(taken(begin("me#2")).await, Err("me".to_owned()));
        assert_eq!(runs.runs("base", 10).await.unwrap().len(), 1);
    }
}
