//! The catalogue, which daemons on it look at.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_catalog::{CancelRun, RetryRun, Run, RunId, Runs};
use portolan_server::wire::{
    AskedData, CancelledData, FailureData, LastRuns, MirrorData, NodeData, RunData, RunDetail,
};
use serde_json::{Value, json};

use super::{Control, no_mirror, no_run};
use crate::actor::actor;
use crate::context::Context;
use crate::error::{CliError, Failure};

/// How often it is looked whether a run has ended.
const LOOK: Duration = Duration::from_secs(1);

/// The catalogue.
pub(super) struct ByCatalogue<'a>(pub(super) &'a Context);

impl ByCatalogue<'_> {
    async fn books(&self) -> Result<Runs, CliError> {
        Ok(self.0.books().await?.runs)
    }

    /// The name of a mirror that there is.
    async fn known(&self, name: &str) -> Result<Runs, CliError> {
        let mirrors = self.0.mirrors().await?;
        if mirrors.iter().any(|mirror| mirror.name.as_str() == name) {
            self.books().await
        } else {
            Err(no_mirror(name))
        }
    }

    /// The name of a mirror that there is, and that may be run.
    async fn awake(&self, name: &str) -> Result<Runs, CliError> {
        let runs = self.known(name).await?;
        let paused = runs.paused(name).await;
        if paused.map_err(|cause| Failure::other("cannot see whether it is paused", cause))?.is_some() {
            let problem = Failure::Refused(format!("{name} is paused"));
            return Err(CliError::from(problem).with_hint(format!("portolan mirrors resume {name}")));
        }
        Ok(runs)
    }

    async fn found(&self, id: i64) -> Result<Run, CliError> {
        let run = self.books().await?.run(RunId::new(id)).await;
        run.map_err(|cause| Failure::other("cannot read the run", cause))?.ok_or_else(|| no_run(id))
    }
}

#[async_trait(?Send)]
impl Control for ByCatalogue<'_> {
    async fn mirrors(&self) -> Result<Vec<MirrorData>, CliError> {
        let (runs, now) = (self.books().await?, Timestamp::now());
        let mut mirrors = Vec::new();
        for mirror in self.0.mirrors().await? {
            let last = LastRuns::of(&mirror, &runs).await;
            let last = last.map_err(|cause| Failure::other("cannot read the runs", cause))?;
            mirrors.push(MirrorData::of(&mirror, last, now));
        }
        Ok(mirrors)
    }

    async fn pause(&self, mirror: &str) -> Result<(), CliError> {
        let done = self.known(mirror).await?.pause(mirror, &actor()).await;
        Ok(done.map_err(|cause| Failure::other(format!("cannot pause {mirror}"), cause))?)
    }

    async fn resume(&self, mirror: &str) -> Result<(), CliError> {
        let done = self.known(mirror).await?.resume(mirror, &actor()).await;
        Ok(done.map_err(|cause| Failure::other(format!("cannot resume {mirror}"), cause))?)
    }

    async fn ask_run(&self, mirror: &str) -> Result<AskedData, CliError> {
        let asked = self.awake(mirror).await?.ask_run(mirror, &actor()).await;
        let asked = asked.map_err(|cause| Failure::other(format!("cannot have {mirror} run"), cause))?;
        Ok(AskedData { mirror: mirror.to_owned(), asked_at: asked.at, run: None })
    }

    async fn nodes(&self) -> Result<Vec<NodeData>, CliError> {
        let nodes = self.0.nodes().await?.list().await;
        let nodes = nodes.map_err(|cause| Failure::other("cannot read the nodes", cause))?;
        Ok(nodes.into_iter().map(NodeData::from).collect())
    }

    async fn runs(&self, mirror: Option<&str>, limit: u64) -> Result<Vec<RunData>, CliError> {
        let found = self.books().await?.runs_before(mirror, None, limit).await;
        let found = found.map_err(|cause| Failure::other("cannot read the runs", cause))?;
        Ok(found.into_iter().map(RunData::from).collect())
    }

    async fn run(&self, id: i64) -> Result<RunDetail, CliError> {
        let run = self.found(id).await?;
        let cancelled = self.books().await?.cancelled(run.id).await;
        let cancelled = cancelled.map_err(|cause| Failure::other("cannot read the run", cause))?;
        let cancelled = cancelled.map(CancelledData::from);
        Ok(RunDetail { run: RunData::from(run), cancelled, progress: None })
    }

    async fn failures(&self, id: i64) -> Result<Vec<FailureData>, CliError> {
        let failures = self.books().await?.failures(RunId::new(id)).await;
        let failures = failures.map_err(|cause| Failure::other("cannot read the run", cause))?;
        Ok(failures.into_iter().map(FailureData::from).collect())
    }

    async fn cancel(&self, id: i64) -> Result<(), CliError> {
        let cancelled = self.books().await?.cancel_run(RunId::new(id), &actor()).await;
        match cancelled.map_err(|cause| Failure::other("cannot cancel the run", cause))? {
            CancelRun::Asked => Ok(()),
            CancelRun::Ended => Err(Failure::Refused(format!("the run {id} has ended")).into()),
            CancelRun::NoSuchRun => Err(no_run(id)),
        }
    }

    async fn retry(&self, id: i64) -> Result<AskedData, CliError> {
        let mirror = self.found(id).await?.mirror;
        let retried = self.awake(&mirror).await?.retry_run(RunId::new(id), &actor()).await;
        match retried.map_err(|cause| Failure::other("cannot retry the run", cause))? {
            RetryRun::Asked { mirror, asked } => Ok(AskedData { mirror, asked_at: asked.at, run: None }),
            RetryRun::Not(why) => {
                Err(Failure::Refused(format!("the run {id} cannot be retried: {why}")).into())
            }
            RetryRun::NoSuchRun => Err(no_run(id)),
        }
    }

    async fn follow(
        &self,
        id: i64,
        hear: &mut dyn FnMut(Value) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let mut run = self.run(id).await?;
        while run.run.ended_at.is_none() {
            tokio::time::sleep(LOOK).await;
            run = self.run(id).await?;
        }
        let told =
            serde_json::to_value(&run).map_err(|cause| Failure::other("cannot tell of the run", cause))?;
        let mut event = json!({ "event": "run_ended" });
        if let (Value::Object(event), Value::Object(told)) = (&mut event, told) {
            event.extend(told);
        }
        hear(event)
    }
}
