//! Running a mirror, as the command line does.

use std::sync::Arc;

use async_trait::async_trait;
use portolan_catalog::{CatalogError, Journal, RunOutcome};
use portolan_oci::with_causes;
use portolan_sync::{
    Books, Detail, Engine, EngineOptions, Mirror, Silent, SyncError, SyncOptions, SyncShare, TargetChecks,
};
use portolan_transport::Places;
use tokio_util::sync::CancellationToken;

use super::keep::{LastRun, Ran, RunMirrors, Seen};

/// Runs mirrors with an engine for each run; all share the places, and with them the limits of hosts.
pub struct Runner {
    /// What is remembered of copies.
    pub journal: Journal,
    /// What is remembered of mirrors.
    pub books: Books,
    /// All places.
    pub places: Arc<Places>,
    /// How a run works.
    pub options: EngineOptions,
}

#[async_trait(?Send)]
impl RunMirrors for Runner {
    async fn look(&self, mirror: &Mirror) -> Result<Seen, CatalogError> {
        let (runs, name) = (&self.books.runs, mirror.name.as_str());
        let last = runs.runs(name, 1).await?.first().map(|run| {
            let ended = run.ended.is_some_and(|ended| ended.outcome != RunOutcome::Interrupted);
            LastRun { began: run.started_at, ended }
        });
        Ok(Seen { last, paused: runs.paused(name).await?.is_some(), rescheduled: None })
    }

    async fn run(&self, mirror: &Mirror, end: &CancellationToken) -> Result<Ran, SyncError> {
        let engine =
            Engine::new(self.journal.clone(), self.options.clone(), Arc::new(Silent), end.child_token());
        let options = SyncOptions {
            places: &self.places,
            books: &self.books,
            owner: format!("portolan serve (process {})", std::process::id()),
            checks: TargetChecks::default(),
            share: SyncShare::All,
            detail: Detail::Changes,
        };
        let report = engine.sync(mirror, &options).await?;
        let name = mirror.name.as_str();
        for run in &report.images {
            for target in &run.report.targets {
                if let Some(cause) = target.failure() {
                    let (image, target, cause) = (&run.source, &target.target, with_causes(cause));
                    tracing::warn!(mirror = name, image, target, cause, "an image failed");
                }
            }
        }
        for failure in &report.prune.failures {
            let cause = with_causes(&failure.cause);
            tracing::warn!(
                mirror = name,
                target = failure.target,
                cause,
                "what is gone could not be deleted"
            );
        }
        for unwanted in &report.prune.unwanted {
            tracing::warn!(mirror = name, "{unwanted}");
        }
        Ok(Ran { outcome: report.outcome, totals: report.totals })
    }
}
