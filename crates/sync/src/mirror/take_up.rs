//! A run of one mirror that does what a saved plan says.

use std::collections::HashSet;

use portolan_catalog::{CatalogError, FailedImage, RunId, Runs};
use portolan_transport::Places;

use super::lease::Turn;
use super::run::{Worked, run};
use super::sum::{Detail, Sum};
use super::{SyncError, SyncReport, SyncShare};
use crate::plan::{Plan, Restored};
use crate::prune::{Books, Names, PruneReport};
use crate::{CopyError, Engine, Event};

/// What taking a saved plan up needs beside the plan.
pub struct TakeUpOptions<'a> {
    /// All places.
    pub places: &'a Places,
    /// Where runs are written down, and what they bring and delete.
    pub books: &'a Books,
    /// Who does it, in words for others who want to run the mirror at the same time.
    pub owner: String,
}

impl Engine {
    /// Does what a saved plan says about a mirror, in a run of that mirror. The sources are asked, by one HEAD
    /// for each image, whether they still show what was planned; an image that has moved fails, and so does one
    /// whose name has got another image at its target. What was to be deleted goes if it would go now, too.
    ///
    /// # Errors
    /// If another runs the mirror, if the catalogue fails, or if it was interrupted. That single images fail is
    /// in the report.
    pub async fn take_up(
        &self,
        restored: Restored,
        options: &TakeUpOptions<'_>,
    ) -> Result<SyncReport, SyncError> {
        let mirror = restored.mirror.clone();
        let work = |turn: Turn| self.work_planned(behind(restored, &turn), options, turn.key.run());
        run(options.books, mirror.as_str(), &options.owner, work).await
    }

    async fn work_planned(
        &self,
        restored: Restored,
        options: &TakeUpOptions<'_>,
        run: RunId,
    ) -> Result<Worked, SyncError> {
        let Restored { mirror, images, prune } = restored;
        self.observer.observe(Event::Started { mirror: mirror.to_string(), run: run.get() });
        let books = options.books;
        let plan = tokio::select! {
            biased;
            () = self.cancelled.cancelled() => return Err(CopyError::Cancelled.into()),
            plan = self.check(images) => plan,
        };
        let still_failed = still_failed(&plan, &books.runs, mirror.as_str()).await?;
        let names = Names::new(plan.images.iter().map(|image| &image.request));
        let mut sum = Sum::new(Detail::All);
        sum.add(names, self.carry_out(plan).await);
        self.note_brought(mirror.as_str(), &sum.arrivals, SyncShare::Failed, books).await;
        let prune = match prune {
            Some(planned) if !self.cancelled.is_cancelled() => {
                self.prune_planned(&planned, sum.arrivals.failed(), run, options).await
            }
            _ => PruneReport::default(),
        };
        Ok(Worked { sum, left_out: 0, prune, still_failed })
    }
}

/// The plan with its targets behind the fence of the run, if it has one.
fn behind(restored: Restored, turn: &Turn) -> Restored {
    let Some(fence) = &turn.fence else { return restored };
    let Restored { mirror, images, prune } = restored;
    let images = images.into_iter().map(|image| image.behind(fence)).collect();
    Restored { mirror, images, prune: prune.map(|prune| prune.behind(fence)) }
}

/// What failed in the last run, and is not in the plan.
async fn still_failed(plan: &Plan, runs: &Runs, mirror: &str) -> Result<Vec<FailedImage>, CatalogError> {
    let Some(last) = runs.last_run(mirror).await? else { return Ok(Vec::new()) };
    let mut failures = runs.failures(last.id).await?;
    let planned: HashSet<(String, &str)> = plan
        .images
        .iter()
        .flat_map(|image| image.targets.iter().map(|target| (image.source(), target.shown.as_str())))
        .collect();
    failures.retain(|failed| !planned.contains(&(failed.source.clone(), failed.target.as_str())));
    Ok(failures)
}
