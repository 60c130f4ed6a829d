//! Runs of mirrors.

use jiff::Timestamp;
use portolan_catalog::{CancelledRun, FailedImage, Run, RunOutcome, RunTotals};
use portolan_sync::Snapshot;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A run of a mirror.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Run)]
pub struct RunData {
    /// Its number: later runs have larger ones.
    pub id: i64,
    /// The mirror.
    pub mirror: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `null` while it is under way.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: RunWord,
    /// What it did; all zero until it ends.
    pub totals: TotalsData,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RunOutcome)]
pub enum RunWord {
    /// It has not.
    Running,
    /// All was done.
    Done,
    /// Some of it failed.
    Partly,
    /// Nothing could be done.
    Failed,
    /// It was stopped or cancelled.
    Interrupted,
}

/// What a run did, in numbers. Images are counted once for each of their targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RunTotals)]
pub struct TotalsData {
    /// Images that were looked at.
    pub images: u64,
    /// Images that were brought.
    pub copied: u64,
    /// Images that were there.
    pub skipped: u64,
    /// Tags that were deleted.
    pub deleted: u64,
    /// Images that failed.
    pub failed: u64,
    /// Blobs that were sent.
    pub blobs: u64,
    /// Blobs that were mounted.
    pub mounted: u64,
    /// Bytes that were sent.
    pub bytes: u64,
}

/// A run, with what there is to say beside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunDetail {
    #[serde(flatten)]
    #[schema(inline)]
    /// The run.
    pub run: RunData,
    /// Who cancelled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<CancelledData>,
    /// How far it is, if this node is at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<ProgressData>,
}

/// That a run was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Cancelled)]
pub struct CancelledData {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// How far a run is. Images, blobs and bytes are counted once for each of their targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Progress)]
pub struct ProgressData {
    /// Images to bring.
    pub images: u64,
    /// How many of them came to their end.
    pub images_done: u64,
    /// Blobs to bring.
    pub blobs: u64,
    /// How many of them are there.
    pub blobs_done: u64,
    /// Bytes to bring.
    pub bytes: u64,
    /// How many of them are there.
    pub bytes_done: u64,
}

/// An image that failed in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Failure)]
pub struct FailureData {
    /// The image, as its source names it.
    pub source: String,
    /// The target, with the name that the image gets there.
    pub target: String,
    /// Why.
    pub cause: String,
    /// Whether it may pass by itself.
    pub retryable: bool,
}

impl From<RunTotals> for TotalsData {
    fn from(totals: RunTotals) -> Self {
        let RunTotals { images, copied, skipped, deleted, failed, blobs, mounted, bytes } = totals;
        Self { images, copied, skipped, deleted, failed, blobs, mounted, bytes }
    }
}

impl From<Option<RunOutcome>> for RunWord {
    fn from(outcome: Option<RunOutcome>) -> Self {
        match outcome {
            None => Self::Running,
            Some(RunOutcome::Done) => Self::Done,
            Some(RunOutcome::Partly) => Self::Partly,
            Some(RunOutcome::Failed) => Self::Failed,
            Some(RunOutcome::Interrupted) => Self::Interrupted,
        }
    }
}

impl RunWord {
    /// The word.
    pub fn text(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Run> for RunData {
    fn from(run: Run) -> Self {
        Self {
            id: run.id.get(),
            mirror: run.mirror,
            started_at: run.started_at,
            ended_at: run.ended.map(|ended| ended.at),
            outcome: run.ended.map(|ended| ended.outcome).into(),
            totals: run.totals.into(),
        }
    }
}

impl From<CancelledRun> for CancelledData {
    fn from(cancelled: CancelledRun) -> Self {
        let CancelledRun { at, by } = cancelled;
        Self { at, by }
    }
}

impl From<&Snapshot> for ProgressData {
    fn from(now: &Snapshot) -> Self {
        Self {
            images: now.images,
            images_done: now.images_done,
            blobs: now.blobs,
            blobs_done: now.blobs_done,
            bytes: now.total,
            bytes_done: now.position,
        }
    }
}

impl From<FailedImage> for FailureData {
    fn from(failed: FailedImage) -> Self {
        let FailedImage { source, target, cause, is_retryable } = failed;
        Self { source, target, cause, retryable: is_retryable }
    }
}
