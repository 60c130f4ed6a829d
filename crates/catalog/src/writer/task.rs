//! The task: gather, commit, acknowledge.

use std::sync::Arc;

use sea_orm::DatabaseConnection;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::group;
use super::job::Job;
use super::queue::{Limits, Message};
use super::stats::Counters;
use crate::CatalogError;

pub(super) async fn run(
    database: impl Future<Output = Result<DatabaseConnection, CatalogError>>,
    limits: Limits,
    mut messages: mpsc::Receiver<Message>,
    counters: Arc<Counters>,
) {
    let database = database.await;
    let mut taken = Vec::with_capacity(limits.group);
    while messages.recv_many(&mut taken, limits.group).await > 0 {
        wait_for_company(&mut messages, &mut taken, limits).await;
        let mut jobs: Vec<Box<dyn Job>> = Vec::with_capacity(taken.len());
        for message in taken.drain(..) {
            match message {
                Message::Awaited(job) | Message::Hint(job) => jobs.push(job),
                // What is queued already is still received; then `recv_many` returns 0.
                Message::Finish => messages.close(),
            }
        }
        if !jobs.is_empty() {
            match &database {
                Ok(database) => group::write(database, jobs, &counters).await,
                Err(error) => group::refuse(jobs, error, &counters),
            }
        }
    }
}

/// Nobody waits for hints, and each commit costs the disk a flush: as long as there are only hints, more
/// are gathered for a moment.
async fn wait_for_company(messages: &mut mpsc::Receiver<Message>, taken: &mut Vec<Message>, limits: Limits) {
    let deadline = Instant::now() + limits.linger;
    while taken.len() < limits.group && taken.iter().all(|message| matches!(message, Message::Hint(_))) {
        let room = limits.group - taken.len();
        match timeout_at(deadline, messages.recv_many(taken, room)).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}
