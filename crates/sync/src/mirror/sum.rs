//! What came of the images of a run, added up while it goes.

use portolan_catalog::{FailedImage, RunTotals};

use crate::plan::RunReport;
use crate::prune::{Arrivals, Names};
use crate::{CopyError, ImageOutcome};
use portolan_oci::with_causes;

/// Of which images a run reports one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Of all.
    All,
    /// Of those that were not everywhere before: where all is well, that is none, however many there are.
    Changes,
}

/// What came of the images of a run so far.
pub(super) struct Sum {
    detail: Detail,
    pub(super) totals: RunTotals,
    pub(super) images: Vec<RunReport>,
    pub(super) failures: Vec<FailedImage>,
    pub(super) is_interrupted: bool,
    pub(super) arrivals: Arrivals,
}

impl Sum {
    pub(super) fn new(detail: Detail) -> Self {
        Self {
            detail,
            totals: RunTotals::default(),
            images: Vec::new(),
            failures: Vec::new(),
            is_interrupted: false,
            arrivals: Arrivals::default(),
        }
    }

    /// Adds images, and the names that they get.
    pub(super) fn add(&mut self, names: Names, reports: Vec<RunReport>) {
        self.arrivals.add(names, &reports);
        reports.iter().for_each(|run| self.count(run));
        let is_told = |run: &RunReport| self.detail == Detail::All || !run.report.is_unchanged();
        self.images.extend(reports.into_iter().filter(is_told));
    }

    /// An image that had arrived is not there after all.
    pub(super) fn take_back(&mut self, failed: FailedImage) {
        self.totals.copied = self.totals.copied.saturating_sub(1);
        self.totals.failed += 1;
        self.failures.push(failed);
    }

    fn count(&mut self, RunReport { source, report }: &RunReport) {
        let totals = &mut self.totals;
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
                    self.is_interrupted |= matches!(cause, CopyError::Cancelled);
                    self.failures.push(FailedImage {
                        source: source.clone(),
                        target: target.target.clone(),
                        cause: with_causes(cause),
                        is_retryable: cause.may_pass().unwrap_or(true),
                    });
                }
            }
        }
    }
}
