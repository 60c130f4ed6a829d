//! A run of a mirror: some work while nobody else is at it, and the record of what became of it.

use portolan_catalog::{FailedImage, RunEnd, RunId, RunOutcome, RunReport as Record, RunTotals, Runs};
use portolan_transport::TransportError;

use super::lease::{begin, keeping};
use super::{MirrorError, SyncError, SyncReport};
use crate::error::with_causes;
use crate::plan::RunReport;
use crate::{CopyError, ImageOutcome};

/// What came of the work of a run.
pub(super) struct Worked {
    pub(super) report: SyncReport,
    /// What failed before and was not dealt with.
    pub(super) still_failed: Vec<FailedImage>,
}

/// Does the work of a run while nobody else runs the mirror, and writes down what became of it.
pub(super) async fn run<W>(
    runs: &Runs,
    mirror: &str,
    owner: &str,
    work: impl FnOnce(RunId) -> W,
) -> Result<SyncReport, SyncError>
where
    W: Future<Output = Result<Worked, SyncError>>,
{
    let mut lease = begin(runs, mirror, owner).await?;
    let work = work(lease.run());
    let ended = Box::pin(keeping(runs, &mut lease, work)).await;
    let record = match &ended {
        Ok(worked) => record(worked),
        Err(SyncError::Lost { .. }) => return ended.map(|worked| worked.report),
        Err(error) => Record {
            outcome: if is_interrupted(error) { RunOutcome::Interrupted } else { RunOutcome::Failed },
            totals: RunTotals::default(),
            failures: Vec::new(),
        },
    };
    if runs.end_run(&lease, record).await? == RunEnd::TakenOver {
        tracing::warn!(mirror, "another process took the run over before it ended");
    }
    ended.map(|worked| worked.report)
}

fn is_interrupted(error: &SyncError) -> bool {
    matches!(error, SyncError::Copy(CopyError::Cancelled) | SyncError::Mirror(MirrorError::Cancelled))
}

/// What is written down of a run.
fn record(worked: &Worked) -> Record {
    let Worked { report, still_failed } = worked;
    let deleted = report.prune.deleted() as u64;
    let (mut totals, mut failures) = (RunTotals { deleted, ..RunTotals::default() }, Vec::new());
    let is_interrupted = |cause: &CopyError| matches!(cause, CopyError::Cancelled);
    let mut is_cancelled = report.prune.failures.iter().any(|failure| is_interrupted(&failure.cause));
    for RunReport { source, report } in &report.images {
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
                    is_cancelled |= is_interrupted(cause);
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
        0 if report.prune.failures.is_empty() => RunOutcome::Done,
        0 => RunOutcome::Partly,
        failed if failed == totals.images => RunOutcome::Failed,
        _ => RunOutcome::Partly,
    };
    failures.extend(still_failed.iter().cloned());
    Record { outcome, totals, failures }
}
