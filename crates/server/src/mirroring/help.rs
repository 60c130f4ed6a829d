//! Helping others with the runs that they lead.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use portolan_catalog::{CatalogError, ClaimedTask, RunId};
use portolan_oci::with_causes;
use portolan_sync::{Engine, Member, Mirror, Silent, TaskDesk};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::runner::Runner;

/// How often it is looked for work: a question to the database that costs little.
const LOOK: Duration = Duration::from_secs(1);

/// Pieces of work that are done at once.
const AT_ONCE: usize = 4;

/// Does what others give away of the runs of these mirrors, until told to end; then what is half done is given back.
/// Where nobody shares the catalogue, that is nothing.
pub async fn keep_helping(runner: &Runner, mirrors: &[Mirror], end: &CancellationToken) {
    let Some(member) = &runner.books.company.member else { return };
    let names = mirrors.iter().map(|mirror| mirror.name.to_string()).collect();
    let mut helper = Helper { runner, member, names, engines: HashMap::new(), end };
    let mut under_way = FuturesUnordered::new();
    while !end.is_cancelled() {
        while under_way.len() < AT_ONCE
            && let Some((engine, task)) = helper.claim().await
        {
            let desk = helper.desk();
            under_way.push(async move { engine.take_on(task, &desk).await });
        }
        if under_way.is_empty() {
            helper.engines.clear();
        }
        tokio::select! {
            () = end.cancelled() => {}
            Some(()) = under_way.next() => {}
            () = sleep(LOOK) => {}
        }
    }
    while under_way.next().await.is_some() {}
}

struct Helper<'a> {
    runner: &'a Runner,
    member: &'a Member,
    names: BTreeSet<String>,
    /// One for each run: what it learns of places holds for the run.
    engines: HashMap<RunId, Arc<Engine>>,
    end: &'a CancellationToken,
}

impl<'a> Helper<'a> {
    /// For what others lead: this process does its own in their runs.
    fn desk(&self) -> TaskDesk<'a> {
        let Self { runner, member, .. } = self;
        let mirrors = &self.names - &member.leads();
        TaskDesk { tasks: &runner.books.tasks, places: &runner.places, member, mirrors }
    }

    /// The next piece of work, if there is one, and who does it.
    async fn claim(&mut self) -> Option<(Arc<Engine>, ClaimedTask)> {
        match self.look().await {
            Ok(task) => {
                let task = task?;
                Some((self.engine(task.lease.run()), task))
            }
            Err(error) => {
                tracing::warn!(cause = with_causes(&error), "it cannot be seen whether others need help");
                None
            }
        }
    }

    async fn look(&self) -> Result<Option<ClaimedTask>, CatalogError> {
        let desk = self.desk();
        if desk.has_work().await? { desk.claim().await } else { Ok(None) }
    }

    fn engine(&mut self, run: RunId) -> Arc<Engine> {
        let Runner { journal, options, .. } = self.runner;
        let make = || {
            let end = self.end.child_token();
            Arc::new(Engine::new(journal.clone(), options.clone(), Arc::new(Silent), end))
        };
        Arc::clone(self.engines.entry(run).or_insert_with(make))
    }
}
