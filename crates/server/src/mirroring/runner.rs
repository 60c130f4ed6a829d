//! Running a mirror, as the command line does.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_catalog::{Arrival, AskedRun, Awaited, Became, CatalogError, Journal, Run, RunOutcome};
use portolan_oci::with_causes;
use portolan_sync::{
    Books, CopyError, Detail, Engine, Mirror, Observer, SyncError, SyncOptions, SyncReport, SyncShare,
    TargetChecks, TargetReport,
};
use portolan_transport::{Endpoint, TransportError};
use tokio_util::sync::CancellationToken;

use super::lag::{Since, most};
use super::reports::tell_owed;
use super::run_mirrors::{LastRun, Occasion, Ran, RunMirrors, RunState, Seen, Wish};
use super::under_way::{UnderWay, Watched};
use crate::live::{Live, Reach};
use crate::metrics::Metrics;

/// Runs mirrors with an engine for each run; all that begin with the same places share the limits of hosts.
pub struct Runner {
    /// What is remembered of copies.
    pub journal: Journal,
    /// What is remembered of mirrors.
    pub books: Books,
    /// How registries are reached.
    pub live: Live,
    /// Where runs are seen while they go on.
    pub under_way: UnderWay,
    /// What counts how long images take.
    pub metrics: Metrics,
}

/// How many images that it was told of a run sees to at once.
const TOLD: u64 = 1_000;

#[async_trait(?Send)]
impl RunMirrors for Runner {
    async fn look(&self, mirror: &Mirror) -> Result<Seen, CatalogError> {
        let (runs, name) = (&self.books.runs, mirror.name.as_str());
        if self.is_cancelled(name).await? {
            runs.end_left(name).await?;
        }
        let last = match runs.last_whole_run(name).await? {
            Some(run) => Some(LastRun { began: run.started_at, state: self.state(&run).await? }),
            None => None,
        };
        let paused = runs.paused(name).await?.is_some();
        let asked = runs.asked_run(name).await?.as_ref().map(wish);
        let told = !runs.awaited(name, 1).await?.is_empty();
        let failed = runs.left_over(name).await?.map(|left| left.at);
        Ok(Seen { last, paused, rescheduled: None, asked, told, failed })
    }

    async fn is_unwanted(&self, mirror: &Mirror) -> Result<bool, CatalogError> {
        let (runs, name) = (&self.books.runs, mirror.name.as_str());
        Ok(runs.paused(name).await?.is_some() || self.is_cancelled(name).await?)
    }

    async fn run(
        &self,
        mirror: &Mirror,
        occasion: Occasion,
        end: &CancellationToken,
    ) -> Result<Ran, SyncError> {
        let Reach { places, options } = self.live.reach();
        let watched = self.under_way.watch();
        let observer: Arc<dyn Observer> = Arc::<Watched>::clone(&watched);
        let engine = Engine::new(self.journal.clone(), options, observer, end.child_token());
        let (runs, name) = (&self.books.runs, mirror.name.as_str());
        let looked = runs.last_whole_run(name).await?.map(|run| run.started_at);
        // Before the sources are asked: what is asked or told from here on is another matter.
        let asked = runs.asked_run(name).await?;
        let told = match occasion {
            Occasion::Retried | Occasion::Failed => Vec::new(),
            _ => runs.awaited(name, TOLD).await?,
        };
        let images = self.images(name, occasion, &told).await?;
        let options = SyncOptions {
            places: &places,
            books: &self.books,
            owner: format!("portolan serve (process {})", std::process::id()),
            checks: TargetChecks::default(),
            share: match occasion {
                Occasion::Time | Occasion::Left | Occasion::Asked => SyncShare::All,
                Occasion::Retried => SyncShare::Failed,
                Occasion::Told | Occasion::Failed => SyncShare::Of(&images),
            },
            detail: Detail::Changes,
        };
        let since = Since { looked, began: Timestamp::now(), told: &told };
        let ran = engine.sync(mirror, &options).await;
        self.note_arrivals(name, &since, &watched).await;
        let is_done = match &ran {
            Ok(report) => report.outcome != RunOutcome::Interrupted,
            // What failed as a whole is tried again at its time, not at once.
            Err(SyncError::Held { .. } | SyncError::Lost { .. }) => false,
            Err(_) => !end.is_cancelled(),
        };
        if let Some(asked) = asked.filter(|asked| is_done && fulfils(occasion, wish(asked))) {
            runs.settle_asked(name, &asked).await?;
        }
        let report = ran?;
        log(name, &report);
        if is_done {
            let over: Vec<Awaited> = told.into_iter().filter(|one| is_over(one, &report)).collect();
            let became = over.iter().map(|one| (one.clone(), became(one, &report))).collect();
            runs.note_became(name, became).await?;
            runs.settle_awaited(name, over).await?;
            let (runs, courier) = (runs.clone(), places.courier());
            // Nobody waits for those who hear it.
            tokio::spawn(async move { tell_owed(&runs, courier).await });
        }
        Ok(Ran { outcome: report.outcome, totals: report.totals })
    }

    fn may_pass(&self, error: &SyncError) -> bool {
        let mut cause: Option<&dyn Error> = Some(error);
        while let Some(one) = cause {
            if let Some(transport) = one.downcast_ref::<TransportError>() {
                return transport.is_retryable();
            }
            cause = one.source();
        }
        false
    }
}

fn wish(asked: &AskedRun) -> Wish {
    if asked.retries.is_some() { Wish::Retry } else { Wish::Run }
}

/// Whether a run on this occasion does what somebody wants.
fn fulfils(occasion: Occasion, wish: Wish) -> bool {
    match occasion {
        Occasion::Time | Occasion::Left | Occasion::Asked => true,
        Occasion::Retried => wish == Wish::Retry,
        Occasion::Told | Occasion::Failed => false,
    }
}

fn parsed<'a>(images: impl Iterator<Item = &'a String>) -> Vec<Endpoint> {
    images.filter_map(|image| image.parse().ok()).collect()
}

impl Runner {
    /// Whether the run that is under way is to end.
    async fn is_cancelled(&self, mirror: &str) -> Result<bool, CatalogError> {
        let runs = &self.books.runs;
        match runs.runs(mirror, 1).await?.first() {
            Some(run) if run.ended.is_none() => Ok(runs.cancelled(run.id).await?.is_some()),
            _ => Ok(false),
        }
    }

    /// Notes what has arrived, and how long it took.
    async fn note_arrivals(&self, mirror: &str, since: &Since<'_>, watched: &Watched) {
        let arrived = watched.take_arrived().into_iter();
        let arrivals: Vec<Arrival> = arrived.map(|arrived| since.arrival(arrived)).collect();
        arrivals.iter().filter_map(most).for_each(|lag| self.metrics.image_arrived(mirror, lag));
        if let Err(error) = self.books.runs.note_arrivals(mirror, arrivals).await {
            tracing::warn!(mirror, cause = with_causes(&error), "it is not noted how long images took");
        }
    }

    /// The images that are seen to, where these are neither all nor all that failed.
    async fn images(
        &self,
        mirror: &str,
        occasion: Occasion,
        told: &[Awaited],
    ) -> Result<Vec<Endpoint>, CatalogError> {
        let runs = &self.books.runs;
        Ok(match occasion {
            Occasion::Time | Occasion::Left | Occasion::Asked | Occasion::Retried => Vec::new(),
            Occasion::Told => parsed(told.iter().map(|one| &one.image)),
            Occasion::Failed => match runs.left_over(mirror).await? {
                Some(left) => parsed(runs.images_left_over(left).await?.iter().map(|one| &one.source)),
                None => Vec::new(),
            },
        })
    }

    async fn state(&self, run: &Run) -> Result<RunState, CatalogError> {
        let Books { runs, company, .. } = &self.books;
        let is_over = match run.ended {
            Some(ended) if ended.outcome != RunOutcome::Interrupted => true,
            // A run that was cancelled is gone on with by nobody, even if its process went away before it could end it.
            _ => runs.cancelled(run.id).await?.is_some(),
        };
        Ok(match is_over {
            true => RunState::Over,
            false if company.member.is_some() && runs.is_left(&run.mirror).await? => RunState::Left,
            false => RunState::Open,
        })
    }
}

/// What failed of an image of which the mirror was told.
fn failures<'a>(told: &Awaited, report: &'a SyncReport) -> impl Iterator<Item = &'a CopyError> {
    let image = told.image.parse::<Endpoint>().ok();
    let of_it = report.images.iter().filter(move |run| {
        run.source.parse::<Endpoint>().ok().zip(image.as_ref()).is_some_and(|(source, image)| {
            source.location == image.location && (image.tag.is_none() || source.tag == image.tag)
        })
    });
    of_it.flat_map(|run| run.report.targets.iter().filter_map(TargetReport::failure))
}

/// Whether nothing about it could be better in a while.
fn is_over(told: &Awaited, report: &SyncReport) -> bool {
    !failures(told, report).any(|cause| cause.may_pass() == Some(true))
}

fn became(told: &Awaited, report: &SyncReport) -> Became {
    failures(told, report)
        .next()
        .map_or(Became::Brought, |cause| Became::Failed { cause: with_causes(cause) })
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
