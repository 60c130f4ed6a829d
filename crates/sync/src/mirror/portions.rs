//! Many images, a portion at a time: what a plan holds of each image is held for one portion only.

use super::shared::Together;
use super::sum::{Detail, Sum};
use crate::copy::Job;
use crate::plan::{RunReport, TargetChecks};
use crate::prune::Names;
use crate::{CopyError, CopyRequest, Engine};

impl Engine {
    /// Plans and does what is wanted, with the other nodes if there are any. An interruption after the first portion is told in the reports.
    ///
    /// # Errors
    /// As [`plan`](Engine::plan), for the first portion.
    pub(super) async fn carry_out_all(
        &self,
        requests: Vec<CopyRequest>,
        checks: TargetChecks,
        detail: Detail,
        together: &mut Together<'_>,
    ) -> Result<Sum, CopyError> {
        let mut sum = Sum::new(detail);
        let mut left = requests.into_iter();
        let mut is_first = true;
        while !left.as_slice().is_empty() {
            let portion: Vec<CopyRequest> = left.by_ref().take(self.portion).collect();
            let done = match self.plan(portion.clone(), checks).await {
                Ok(plan) => self.carry_out_together(plan, together).await,
                Err(cause) if is_first => return Err(cause),
                Err(cause) => Err(cause),
            };
            let undone = |cause| portion.iter().map(|request| undone(request, &cause)).collect();
            let reports = done.unwrap_or_else(undone);
            sum.add(Names::new(&portion), reports);
            is_first = false;
        }
        self.look_again(together, &mut sum).await;
        Ok(sum)
    }
}

/// What became of an image with which nothing was done.
fn undone(request: &CopyRequest, cause: &CopyError) -> RunReport {
    let source = request.source.location().with(Some(&request.reference));
    RunReport { source, report: Job::new(&request.targets).report(Err(cause.clone())) }
}
