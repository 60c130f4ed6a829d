//! How a server is written: each operation is a transaction of its own, several go at once, and what others were in
//! the way of is tried again.

use std::sync::Arc;

use sea_orm::DatabaseConnection;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::group::{self, Jobs};
use super::job::Job;
use super::queue::Message;
use super::stats::Counters;
use crate::CatalogError;
use crate::database::{self, Patience, Writing, pause};

/// The connections that write, and what they are at.
pub(super) struct Lanes {
    database: DatabaseConnection,
    counters: Arc<Counters>,
    free: Arc<Semaphore>,
    under_way: JoinSet<()>,
}

impl Lanes {
    pub(super) fn new(writing: &Writing, counters: &Arc<Counters>) -> Self {
        let connections = usize::try_from(writing.connections.get()).unwrap_or(usize::MAX);
        Self {
            database: writing.database.clone(),
            counters: Arc::clone(counters),
            free: Arc::new(Semaphore::new(connections)),
            under_way: JoinSet::new(),
        }
    }

    /// Writes what nobody waits for, as one group, and begins the rest, each as soon as a connection is free: whoever
    /// is answered knows that all that was queued before is written.
    pub(super) async fn write(&mut self, messages: impl Iterator<Item = Message>) {
        let (mut awaited, mut behind) = (Jobs::new(), Jobs::new());
        for message in messages {
            match message {
                Message::Awaited(job) => awaited.push(job),
                Message::Hint(job) => behind.push(job),
                Message::Finish => {}
            }
        }
        if !behind.is_empty() {
            let permit = self.free.acquire().await;
            write(&self.database, behind, &self.counters).await;
            drop(permit);
        }
        for job in awaited {
            self.begin(job).await;
        }
    }

    async fn begin(&mut self, job: Box<dyn Job>) {
        while self.under_way.try_join_next().is_some() {}
        // It is never closed.
        let Ok(permit) = Arc::clone(&self.free).acquire_owned().await else { return };
        let (database, counters) = (self.database.clone(), Arc::clone(&self.counters));
        self.under_way.spawn(async move {
            write(&database, vec![job], &counters).await;
            drop(permit);
        });
    }

    /// Waits for what is under way.
    pub(super) async fn finish(mut self) {
        while self.under_way.join_next().await.is_some() {}
    }
}

/// Writes the operations as a group; if one of several fails, each by itself.
async fn write(database: &DatabaseConnection, mut jobs: Jobs, counters: &Counters) {
    match with_patience(database, &mut jobs).await {
        Ok(()) => {
            let outcomes = vec![Ok(()); jobs.len()];
            group::acknowledge(jobs, outcomes, counters);
        }
        Err(error) if jobs.len() == 1 || is_gone(&error) => group::refuse(jobs, &error, counters),
        Err(_) => {
            for job in jobs {
                let mut alone = vec![job];
                match with_patience(database, &mut alone).await {
                    Ok(()) => group::acknowledge(alone, [Ok(())], counters),
                    Err(error) => group::refuse(alone, &error, counters),
                }
            }
        }
    }
}

fn is_gone(error: &CatalogError) -> bool {
    matches!(error, CatalogError::Unavailable(_) | CatalogError::Unanswered(_))
}

/// Writes the operations in one transaction, and again if others were in the way or the server was away.
async fn with_patience(database: &DatabaseConnection, jobs: &mut Jobs) -> Result<(), CatalogError> {
    let mut patience = Patience::new();
    loop {
        match once(database, jobs).await {
            Err(CatalogError::Busy(cause)) if patience.with_others() => {
                tracing::debug!(%cause, "others were in the way of a write");
            }
            Err(CatalogError::Unavailable(cause)) if patience.with_silence() => {
                tracing::debug!(%cause, "the database is away");
            }
            outcome => return outcome,
        }
        pause().await;
    }
}

async fn once(database: &DatabaseConnection, jobs: &mut Jobs) -> Result<(), CatalogError> {
    let transaction = database::begin(database).await?;
    for job in jobs {
        if let Err(error) = job.run(&transaction).await {
            // As a whole: MySQL would keep the rest of one that waited too long for a lock.
            let _ = transaction.rollback().await;
            return Err(error);
        }
    }
    transaction.commit().await.map_err(CatalogError::database).map_err(|error| match error {
        CatalogError::Unavailable(cause) => CatalogError::Unanswered(cause),
        other => other,
    })
}
