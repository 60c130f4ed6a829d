//! Many images, a portion at a time: what a plan holds of each image is held for one portion only.

use crate::copy::Job;
use crate::plan::{RunReport, TargetChecks};
use crate::{CopyError, CopyRequest, Engine};

impl Engine {
    /// Plans and does what is wanted. An interruption after the first portion is told in the reports.
    ///
    /// # Errors
    /// As [`plan`](Engine::plan), for the first portion.
    pub(super) async fn carry_out_all(
        &self,
        requests: Vec<CopyRequest>,
        checks: TargetChecks,
    ) -> Result<Vec<RunReport>, CopyError> {
        let mut reports = Vec::with_capacity(requests.len());
        let mut left = requests.into_iter().peekable();
        while left.peek().is_some() {
            let portion: Vec<CopyRequest> = left.by_ref().take(self.portion).collect();
            let is_first = reports.is_empty();
            let undone: Vec<_> = if is_first { Vec::new() } else { portion.iter().map(undone).collect() };
            match self.plan(portion, checks).await {
                Ok(plan) => reports.extend(self.carry_out(plan).await),
                Err(cause) if is_first => return Err(cause),
                Err(cause) => reports.extend(
                    undone
                        .into_iter()
                        .map(|(source, job)| RunReport { source, report: job.report(Err(cause.clone())) }),
                ),
            }
        }
        Ok(reports)
    }
}

/// An image with which nothing was done, as its source names it.
fn undone(request: &CopyRequest) -> (String, Job) {
    (request.source.location().with(Some(&request.reference)), Job::new(&request.targets))
}
