//! One run of one mirror, from its lease to its report.

use std::collections::HashSet;
use std::pin::pin;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use portolan_catalog::{
    CatalogError, FailedImage, Renewal, RunEnd, RunLease, RunOutcome, RunReport as Record, RunStart,
    RunTotals, Runs,
};
use portolan_oci::TagOrDigest;
use portolan_transport::{Places, PutAs, TransportError};
use tokio::time::{MissedTickBehavior, interval};

use super::MirrorError;
use crate::error::with_causes;
use crate::plan::{RunReport, TargetChecks};
use crate::select::Mirror;
use crate::{CopyError, CopyRequest, Engine, ImageOutcome};

/// How long a mirror stays taken when the process that runs it is gone and the catalogue cannot know that.
const LEASE: Duration = Duration::from_secs(60);
/// How often the lease is renewed.
const RENEWAL: Duration = Duration::from_secs(20);

/// What a run of a mirror needs beside the mirror.
pub struct SyncOptions<'a> {
    /// All places.
    pub places: &'a Places,
    /// Where runs are written down.
    pub runs: &'a Runs,
    /// Who runs it, in words for others who want to run it at the same time.
    pub owner: String,
    /// How much targets are asked.
    pub checks: TargetChecks,
    /// Which of the images that the mirror wants are dealt with.
    pub share: SyncShare,
}

/// Which of the images that a mirror wants are dealt with in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncShare {
    /// All.
    All,
    /// Those that failed in the last run that came to its end. After an interrupted run all are: it is not
    /// known what it did not come to.
    Failed,
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
    pub async fn sync(
        &self,
        mirror: &Mirror,
        options: &SyncOptions<'_>,
    ) -> Result<Vec<RunReport>, SyncError> {
        let name = mirror.name.as_str();
        let mut lease = match options.runs.begin_run(name, &options.owner, LEASE).await? {
            RunStart::Begun(lease) => lease,
            RunStart::LeaseHeld { owner, since } => {
                return Err(SyncError::Held { mirror: name.to_owned(), owner, since });
            }
        };
        let work = async {
            let mut requests = self.gather(mirror, options.places).await?.requests;
            if options.share == SyncShare::Failed {
                keep_failed(&mut requests, options.runs, name).await?;
            }
            let plan = self.plan(requests, options.checks).await?;
            Ok(self.carry_out(plan).await)
        };
        let ended = Box::pin(keeping(options.runs, &mut lease, work)).await;
        let record = match &ended {
            Ok(reports) => record(reports),
            Err(SyncError::Lost { .. }) => return ended,
            Err(error) => Record {
                outcome: if is_interrupted(error) { RunOutcome::Interrupted } else { RunOutcome::Failed },
                totals: RunTotals::default(),
                failures: Vec::new(),
            },
        };
        if options.runs.end_run(&lease, record).await? == RunEnd::TakenOver {
            tracing::warn!(mirror = name, "another process took the run over before it ended");
        }
        ended
    }
}

/// Leaves of the requests what failed in the last run.
async fn keep_failed(requests: &mut Vec<CopyRequest>, runs: &Runs, mirror: &str) -> Result<(), CatalogError> {
    let Some(last) = runs.last_run(mirror).await? else { return Ok(()) };
    if last.ended.is_none_or(|ended| ended.outcome == RunOutcome::Interrupted) {
        return Ok(());
    }
    let failures = runs.failures(last.id).await?;
    let failed: HashSet<(&str, &str)> =
        failures.iter().map(|failed| (failed.source.as_str(), failed.target.as_str())).collect();
    for request in requests.iter_mut() {
        let source = request.source.location().with(Some(&request.reference));
        let reference = &request.reference;
        request.targets.retain(|to| {
            let name = match &to.name {
                PutAs::Tag(tag) => TagOrDigest::Tag(tag.clone()),
                PutAs::Digest => reference.clone(),
            };
            failed.contains(&(source.as_str(), to.target.location().with(Some(&name)).as_str()))
        });
    }
    requests.retain(|request| !request.targets.is_empty());
    Ok(())
}

fn is_interrupted(error: &SyncError) -> bool {
    matches!(error, SyncError::Copy(CopyError::Cancelled) | SyncError::Mirror(MirrorError::Cancelled))
}

/// Does `work` as long as the lease can be kept.
async fn keeping<T>(
    runs: &Runs,
    lease: &mut RunLease,
    work: impl Future<Output = Result<T, SyncError>>,
) -> Result<T, SyncError> {
    let mut work = pin!(work);
    let mut renewals = interval(RENEWAL);
    renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first one is due at once.
    renewals.tick().await;
    loop {
        tokio::select! {
            ended = &mut work => return ended,
            _ = renewals.tick() => {}
        }
        let lost = match runs.renew(lease).await {
            Ok(Renewal::Renewed) => false,
            Ok(Renewal::Lost) => true,
            Err(cause) => {
                tracing::warn!(%cause, "the lease of a run cannot be renewed");
                Instant::now() >= lease.ends()
            }
        };
        if lost {
            return Err(SyncError::Lost { mirror: lease.mirror().to_owned() });
        }
    }
}

/// What is written down of a run.
fn record(reports: &[RunReport]) -> Record {
    let (mut totals, mut failures) = (RunTotals::default(), Vec::new());
    let mut is_cancelled = false;
    for RunReport { source, report } in reports {
        for target in &report.targets {
            totals.images += 1;
            totals.blobs += target.tally.blobs_uploaded;
            totals.mounted += target.tally.blobs_mounted;
            totals.bytes += target.tally.bytes_sent;
            match &target.outcome {
                ImageOutcome::Copied => totals.copied += 1,
                ImageOutcome::Unchanged => totals.skipped += 1,
                ImageOutcome::Failed(cause) => {
                    totals.failed += 1;
                    is_cancelled |= matches!(cause, CopyError::Cancelled);
                    failures.push(FailedImage {
                        source: source.clone(),
                        target: target.target.clone(),
                        cause: with_causes(cause),
                        is_retryable: cause.transport().is_none_or(TransportError::is_retryable),
                    });
                }
            }
        }
    }
    let outcome = match totals.failed {
        _ if is_cancelled => RunOutcome::Interrupted,
        0 => RunOutcome::Done,
        failed if failed == totals.images => RunOutcome::Failed,
        _ => RunOutcome::Partly,
    };
    Record { outcome, totals, failures }
}
