//! Running a mirror, as the command line does.

use std::sync::Arc;

use async_trait::async_trait;
use portolan_catalog::{Awaited, CatalogError, Journal, RunOutcome};
use portolan_oci::with_causes;
use portolan_sync::{
    Books, CopyError, Detail, Engine, EngineOptions, Mirror, Silent, SyncError, SyncOptions, SyncReport,
    SyncShare, TargetChecks, TargetReport,
};
use portolan_transport::{Endpoint, Places};
use tokio_util::sync::CancellationToken;

use super::keep::{LastRun, Occasion, Ran, RunMirrors, Seen};

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

/// How many images that it was told of a run sees to at once.
const TOLD: u64 = 1_000;

#[async_trait(?Send)]
impl RunMirrors for Runner {
    async fn look(&self, mirror: &Mirror) -> Result<Seen, CatalogError> {
        let (runs, name) = (&self.books.runs, mirror.name.as_str());
        let last = runs.last_whole_run(name).await?.map(|run| {
            let ended = run.ended.is_some_and(|ended| ended.outcome != RunOutcome::Interrupted);
            LastRun { began: run.started_at, ended }
        });
        let told = !runs.awaited(name, 1).await?.is_empty();
        let is_open = last.is_some_and(|last| !last.ended);
        let left = is_open && self.has_company() && runs.is_left(name).await?;
        Ok(Seen { last, paused: runs.paused(name).await?.is_some(), rescheduled: None, told, left })
    }

    fn has_company(&self) -> bool {
        self.books.company.member.is_some()
    }

    async fn run(
        &self,
        mirror: &Mirror,
        occasion: Occasion,
        end: &CancellationToken,
    ) -> Result<Ran, SyncError> {
        let engine =
            Engine::new(self.journal.clone(), self.options.clone(), Arc::new(Silent), end.child_token());
        let (runs, name) = (&self.books.runs, mirror.name.as_str());
        // Before the sources are asked: what is told from here on is another matter.
        let told = runs.awaited(name, TOLD).await?;
        let images: Vec<Endpoint> = told.iter().filter_map(|one| one.image.parse().ok()).collect();
        let options = SyncOptions {
            places: &self.places,
            books: &self.books,
            owner: format!("portolan serve (process {})", std::process::id()),
            checks: TargetChecks::default(),
            share: match occasion {
                Occasion::Time => SyncShare::All,
                Occasion::Told => SyncShare::Of(&images),
            },
            detail: Detail::Changes,
        };
        let report = engine.sync(mirror, &options).await?;
        log(name, &report);
        if report.outcome != RunOutcome::Interrupted {
            let over = told.into_iter().filter(|one| is_over(one, &report)).collect();
            runs.settle_awaited(name, over).await?;
        }
        Ok(Ran { outcome: report.outcome, totals: report.totals })
    }
}

/// Whether nothing about it could be better in a while.
fn is_over(told: &Awaited, report: &SyncReport) -> bool {
    let Ok(image) = told.image.parse::<Endpoint>() else { return true };
    !report.images.iter().any(|run| {
        let is_it = run.source.parse::<Endpoint>().is_ok_and(|source| {
            source.location == image.location && (image.tag.is_none() || source.tag == image.tag)
        });
        let may_pass = |target: &TargetReport| target.failure().and_then(CopyError::may_pass) == Some(true);
        is_it && run.report.targets.iter().any(may_pass)
    })
}

fn log(mirror: &str, report: &SyncReport) {
    for run in &report.images {
        for target in &run.report.targets {
            if let Some(cause) = target.failure() {
                let (image, target, cause) = (&run.source, &target.target, with_causes(cause));
                tracing::warn!(mirror, image, target, cause, "an image failed");
            }
        }
    }
    for failure in &report.prune.failures {
        let (target, cause) = (&failure.target, with_causes(&failure.cause));
        tracing::warn!(mirror, target, cause, "what is gone could not be deleted");
    }
    for unwanted in &report.prune.unwanted {
        tracing::warn!(mirror, "{unwanted}");
    }
}
