//! A run of a mirror: some work while nobody else is at it, and the record of what became of it.

use portolan_catalog::{FailedImage, RunEnd, RunOutcome, RunReport as Record, RunTotals};
use tracing::Instrument as _;

use super::lease::{Turn, begin, keeping};
use super::span::{note_run, of_run};
use super::sum::Sum;
use super::{MirrorError, SyncError, SyncReport};
use crate::CopyError;
use crate::prune::{Books, PruneFailure, PruneReport};

/// What came of the work of a run.
pub(super) struct Worked {
    pub(super) sum: Sum,
    /// Images that are of no wanted artifact type.
    pub(super) left_out: u64,
    pub(super) prune: PruneReport,
    /// What failed before and was not dealt with.
    pub(super) still_failed: Vec<FailedImage>,
}

/// Does the work of a run while nobody else runs the mirror, and writes down what became of it.
pub(super) async fn run<W>(
    books: &Books,
    mirror: &str,
    owner: &str,
    work: impl FnOnce(Turn) -> W,
) -> Result<SyncReport, SyncError>
where
    W: Future<Output = Result<Worked, SyncError>>,
{
    let span = of_run(mirror);
    let ended = run_in_span(books, mirror, owner, work).instrument(span.clone()).await;
    note_run(&span, &ended);
    ended
}

async fn run_in_span<W>(
    books: &Books,
    mirror: &str,
    owner: &str,
    work: impl FnOnce(Turn) -> W,
) -> Result<SyncReport, SyncError>
where
    W: Future<Output = Result<Worked, SyncError>>,
{
    let (runs, (mut lease, turn)) = (&books.runs, begin(books, mirror, owner).await?);
    let fence = turn.fence.clone();
    let work = work(turn);
    let ended = Box::pin(keeping(runs, &mut lease, fence, work)).await;
    let (record, ended) = match ended {
        Ok(worked) => {
            let (record, report) = told(worked);
            (record, Ok(report))
        }
        Err(lost @ SyncError::Lost { .. }) => return Err(lost),
        Err(error) => {
            let outcome = if is_interrupted(&error) { RunOutcome::Interrupted } else { RunOutcome::Failed };
            (Record { outcome, totals: RunTotals::default(), failures: Vec::new() }, Err(error))
        }
    };
    if runs.end_run(&lease, record).await? == RunEnd::TakenOver {
        tracing::warn!(mirror, "another process took the run over before it ended");
    }
    ended
}

fn is_interrupted(error: &SyncError) -> bool {
    matches!(error, SyncError::Copy(CopyError::Cancelled) | SyncError::Mirror(MirrorError::Cancelled))
}

/// What is written down of a run, and what is told of it.
fn told(worked: Worked) -> (Record, SyncReport) {
    let Worked { sum, left_out, prune, still_failed } = worked;
    let Sum { images, mut failures, is_interrupted, .. } = sum;
    let totals = RunTotals { deleted: prune.deleted() as u64, ..sum.totals };
    let is_cancelled = |failure: &PruneFailure| matches!(failure.cause, CopyError::Cancelled);
    let outcome = match totals.failed {
        _ if is_interrupted || prune.failures.iter().any(is_cancelled) => RunOutcome::Interrupted,
        0 if prune.failures.is_empty() => RunOutcome::Done,
        0 => RunOutcome::Partly,
        failed if failed == totals.images => RunOutcome::Failed,
        _ => RunOutcome::Partly,
    };
    failures.extend(still_failed);
    (Record { outcome, totals, failures }, SyncReport { outcome, totals, images, left_out, prune })
}
