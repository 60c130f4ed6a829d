//! One run of one mirror, from its lease to its report.

use std::collections::HashSet;

use jiff::Timestamp;
use portolan_catalog::{CatalogError, FailedImage, RunOutcome, RunTotals, Runs};
use portolan_oci::TagOrDigest;
use portolan_transport::{Endpoint, Places, PutAs};

use super::MirrorError;
use super::lease::Turn;
use super::narrow::{keep, narrowed};
use super::run::{Worked, run};
use super::shared::Together;
use super::sum::Detail;
use crate::plan::{RunReport, TargetChecks};
use crate::prune::{Books, PruneReport, PruneScope};
use crate::select::Mirror;
use crate::{CopyError, CopyRequest, CopyTarget, Engine, Event};

/// What a run of a mirror needs beside the mirror.
pub struct SyncOptions<'a> {
    /// All places.
    pub places: &'a Places,
    /// Where runs are written down, and what they bring and delete.
    pub books: &'a Books,
    /// Who runs it, in words for others who want to run it at the same time.
    pub owner: String,
    /// How much targets are asked.
    pub checks: TargetChecks,
    /// Which of the images that the mirror wants are dealt with.
    pub share: SyncShare<'a>,
    /// Of which of them the report tells.
    pub detail: Detail,
}

/// Which of the images that a mirror wants are dealt with in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncShare<'a> {
    /// All.
    All,
    /// Those that failed in the last run that came to them and to its end. After an interrupted run all are: it is not
    /// known what it did not come to.
    Failed,
    /// These of them: places with a tag or digest, or without one for all of their tags. No more is looked at than must be.
    Of(&'a [Endpoint]),
}

/// What a run of a mirror did.
#[derive(Debug, Clone, Default)]
pub struct SyncReport {
    /// How it ended.
    pub outcome: RunOutcome,
    /// What it did, in numbers.
    pub totals: RunTotals,
    /// What became of the images that it wants: of those about which more than the numbers was asked for.
    pub images: Vec<RunReport>,
    /// How many images the rules took that are of no wanted artifact type.
    pub left_out: u64,
    /// What became of what it no longer wants.
    pub prune: PruneReport,
}

/// Why a mirror was not run, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Somebody else is running it.
    #[error("{mirror} is being run by {owner} since {since}")]
    Held {
        /// The mirror.
        mirror: String,
        /// Who.
        owner: String,
        /// When that run began.
        since: Timestamp,
    },
    /// Its images are not known.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// It was interrupted.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The lease could not be kept: somebody else may be running it now.
    #[error("the run of {mirror} took a pause so long that another may have taken it over")]
    Lost {
        /// The mirror.
        mirror: String,
    },
    /// The catalogue failed.
    #[error("the run cannot be written down")]
    Catalog(#[from] CatalogError),
}

impl Engine {
    /// Runs a mirror once: gathers what it wants, plans, and does what the plan says. While it does, nobody else
    /// runs the same mirror on the same catalogue.
    ///
    /// # Errors
    /// If another runs it, if its images cannot be told, or if it was interrupted. That single images fail is in
    /// the reports.
    pub async fn sync(&self, mirror: &Mirror, options: &SyncOptions<'_>) -> Result<SyncReport, SyncError> {
        let work = |turn| self.work(mirror, options, turn);
        run(options.books, mirror.name.as_str(), &options.owner, work).await
    }

    async fn work(
        &self,
        mirror: &Mirror,
        options: &SyncOptions<'_>,
        turn: Turn,
    ) -> Result<Worked, SyncError> {
        let SyncOptions { books, checks, share, detail, .. } = options;
        let (name, run, places) = (mirror.name.as_str(), turn.key.run(), &turn.places(options.places));
        self.observer.observe(Event::Started { mirror: name.to_owned(), run: run.get() });
        let mut together = Together::begin(books, options.places, &turn).await?;
        let (mut requests, mut left_out, mut scope) = (Vec::new(), 0, None);
        let meant = match share {
            SyncShare::All | SyncShare::Failed => vec![mirror.clone()],
            SyncShare::Of(images) => narrowed(mirror, images),
        };
        let failed = match share {
            SyncShare::Failed => last_failures(&books.runs, name).await?,
            SyncShare::All | SyncShare::Of(_) => None,
        };
        if failed.is_some() || matches!(share, SyncShare::Of(_)) {
            books.runs.note_part(run).await?;
        }
        for mirror in &meant {
            let gathered = self.gather(mirror, places).await?;
            // What is not looked at cannot be missed.
            if *share == SyncShare::All {
                scope = PruneScope::new(mirror, &gathered);
            }
            left_out += gathered.other_kinds.len() as u64;
            requests.extend(gathered.requests);
        }
        let mut still_failed = Vec::new();
        if let Some(failed) = &failed {
            keep_failed(&mut requests, failed);
        }
        if let SyncShare::Of(images) = share {
            keep(&mut requests, images);
            still_failed = failed_beside(&requests, &books.runs, name).await?;
        }
        let sum = self.carry_out_all(requests, *checks, *detail, &mut together).await?;
        self.note_brought(name, &sum.arrivals, *share, books).await;
        let prune = match scope {
            Some(scope) if !self.cancelled.is_cancelled() => {
                self.prune((&scope, sum.arrivals.failed()), run, places, books).await
            }
            _ => PruneReport::default(),
        };
        if !self.cancelled.is_cancelled() {
            together.end().await;
        }
        Ok(Worked { sum, left_out, prune, still_failed })
    }
}

/// What failed in the last run; `None` if it is not known what that did not come to.
async fn last_failures(runs: &Runs, mirror: &str) -> Result<Option<Vec<FailedImage>>, CatalogError> {
    let Some(last) = runs.last_dealt(mirror).await? else { return Ok(None) };
    if last.ended.is_none_or(|ended| ended.outcome == RunOutcome::Interrupted) {
        return Ok(None);
    }
    runs.failures(last.id).await.map(Some)
}

/// Leaves of the requests what failed.
fn keep_failed(requests: &mut Vec<CopyRequest>, failures: &[FailedImage]) {
    let failed: HashSet<(&str, &str)> =
        failures.iter().map(|failed| (failed.source.as_str(), failed.target.as_str())).collect();
    for request in requests.iter_mut() {
        let source = request.source.location().with(Some(&request.reference));
        let reference = &request.reference;
        request.targets.retain(|to| failed.contains(&(source.as_str(), goal(to, reference).as_str())));
    }
    requests.retain(|request| !request.targets.is_empty());
}

/// What failed in the last run and is not among the requests: it has failed still.
async fn failed_beside(
    requests: &[CopyRequest],
    runs: &Runs,
    mirror: &str,
) -> Result<Vec<FailedImage>, CatalogError> {
    let Some(last) = runs.last_dealt(mirror).await? else { return Ok(Vec::new()) };
    let mut failures = runs.failures(last.id).await?;
    let asked: HashSet<(String, String)> = requests
        .iter()
        .flat_map(|request| {
            let source = request.source.location().with(Some(&request.reference));
            request.targets.iter().map(move |to| (source.clone(), goal(to, &request.reference)))
        })
        .collect();
    failures.retain(|failed| !asked.contains(&(failed.source.clone(), failed.target.clone())));
    Ok(failures)
}

/// A target with the name that an image gets there.
pub(super) fn goal(to: &CopyTarget, reference: &TagOrDigest) -> String {
    let name = match &to.name {
        PutAs::Tag(tag) => TagOrDigest::Tag(tag.clone()),
        PutAs::Digest => reference.clone(),
    };
    to.target.location().with(Some(&name))
}
