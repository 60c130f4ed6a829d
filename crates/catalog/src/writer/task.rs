//! The task: gather, commit, acknowledge.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::group::{self, Jobs};
use super::queue::{Limits, Message};
use super::side_by_side::Lanes;
use super::stats::Counters;
use crate::CatalogError;
use crate::database::{Writing, is_serial};

pub(super) async fn run(
    writing: impl Future<Output = Result<Writing, CatalogError>>,
    limits: Limits,
    mut messages: mpsc::Receiver<Message>,
    counters: Arc<Counters>,
) {
    let writing = writing.await;
    let mut lanes = match &writing {
        Ok(writing) if !is_serial(&writing.database) => Some(Lanes::new(writing, &counters)),
        _ => None,
    };
    let mut taken = Vec::with_capacity(limits.group);
    while messages.recv_many(&mut taken, limits.group).await > 0 {
        wait_for_company(&mut messages, &mut taken, limits).await;
        if taken.iter().any(|message| matches!(message, Message::Finish)) {
            // What is queued already is still received; then `recv_many` returns 0.
            messages.close();
        }
        match (&writing, &mut lanes) {
            (Ok(_), Some(lanes)) => lanes.write(taken.drain(..)).await,
            (Ok(writing), None) => {
                let jobs: Jobs = taken.drain(..).filter_map(Message::into_job).collect();
                if !jobs.is_empty() {
                    group::write(&writing.database, jobs, &counters).await;
                }
            }
            (Err(error), _) => {
                group::refuse(taken.drain(..).filter_map(Message::into_job).collect(), error, &counters);
            }
        }
    }
    if let Some(lanes) = lanes {
        lanes.finish().await;
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
