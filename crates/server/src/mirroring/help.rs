//! Helping others with the runs that they lead.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use portolan_catalog::{CatalogError, ClaimedTask, RunId};
use portolan_oci::with_causes;
use portolan_sync::{Engine, Member, Silent, TaskDesk};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::runner::Runner;

/// How often it is looked for work: a question to the database that costs little.
const LOOK: Duration = Duration::from_secs(1);

/// Pieces of work that are done at once.
const AT_ONCE: usize = 4;

/// Does what others give away of the runs of these mirrors, until told to end; then what is half done is given back.
/// Where nobody shares the catalogue, that is nothing.
pub async fn keep_helping(runner: &Runner, end: &CancellationToken) {
    let Some(member) = &runner.books.company.member else { return };
    let mut helper = Helper { runner, member, engines: HashMap::new(), end };
    let mut under_way = FuturesUnordered::new();
    while !end.is_cancelled() {
        while under_way.len() < AT_ONCE
            && let Some((engine, task)) = helper.claim().await
        {
            let (places, mirrors) = (runner.live.reach().places, helper.mirrors());
            under_way.push(async move {
                let desk = TaskDesk { tasks: &runner.books.tasks, places: &places, member, mirrors };
                engine.take_on(task, &desk).await;
            });
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
    /// One for each run: what it learns of places holds for the run.
    engines: HashMap<RunId, Arc<Engine>>,
    end: &'a CancellationToken,
}

impl Helper<'_> {
    /// The mirrors in force that others lead: this process does its own in their runs.
    fn mirrors(&self) -> BTreeSet<String> {
        let mirrors = self.runner.live.mirrors();
        let names: BTreeSet<String> = mirrors.iter().map(|mirror| mirror.name.to_string()).collect();
        &names - &self.member.leads()
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
        let places = self.runner.live.reach().places;
        let (tasks, mirrors) = (&self.runner.books.tasks, self.mirrors());
        let desk = TaskDesk { tasks, places: &places, member: self.member, mirrors };
        if desk.has_work().await? { desk.claim().await } else { Ok(None) }
    }

    fn engine(&mut self, run: RunId) -> Arc<Engine> {
        let Runner { journal, live, .. } = self.runner;
        let make = || {
            let (options, end) = (live.reach().options, self.end.child_token());
            Arc::new(Engine::new(journal.clone(), options, Arc::new(Silent), end))
        };
        Arc::clone(self.engines.entry(run).or_insert_with(make))
    }
}
