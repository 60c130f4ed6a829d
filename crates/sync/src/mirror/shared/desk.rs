//! Doing a piece of the work of a run, whoever leads it.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Instant;

use portolan_catalog::{
    CatalogError, ClaimTasks, ClaimedTask, EndTask, RenewTask, TaskEnd, TaskLease, Tasks,
};
use portolan_oci::with_causes;
use portolan_transport::{Fence, Places};

use super::super::lease::renewals;
use crate::Engine;
use crate::nodes::Member;
use crate::plan::{FORM, Plan, TaskOutcome, TaskPlan};

/// Where this process takes work from.
pub struct TaskDesk<'a> {
    /// The work that there is.
    pub tasks: &'a Tasks,
    /// All places.
    pub places: &'a Places,
    /// This process among others.
    pub member: &'a Member,
    /// The mirrors whose work it does.
    pub mirrors: BTreeSet<String>,
}

impl TaskDesk<'_> {
    /// Whether there is work that may be claimed: a question that costs little.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn has_work(&self) -> Result<bool, CatalogError> {
        self.tasks.are_open(&self.mirrors, FORM).await
    }

    /// Claims a piece of work, if there is one.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn claim(&self) -> Result<Option<ClaimedTask>, CatalogError> {
        let wanted = ClaimTasks {
            node: self.member.id(),
            mirrors: self.mirrors.clone(),
            form: FORM,
            most: 1,
            lasts: self.member.lease(),
        };
        let claimed = self.tasks.claim(wanted).await?.pop();
        if let Some(task) = &claimed {
            self.member.tally().claim(task.takeovers);
        }
        Ok(claimed)
    }
}

impl Engine {
    /// Does a piece of work for as long as it is this process's, and writes down what came of it. If the engine is
    /// cancelled, it is given back.
    pub async fn take_on(&self, task: ClaimedTask, desk: &TaskDesk<'_>) {
        self.in_company.store(true, Ordering::Relaxed);
        let ClaimedTask { mirror, what, takeovers, mut lease } = task;
        let (run, number) = (lease.run(), lease.number());
        let fence = Fence::until(lease.ends());
        let places = desk.places.behind(fence.clone());
        let Some(outcome) = keeping(desk.tasks, &mut lease, fence, self.bring(&what, &places)).await else {
            tracing::warn!(mirror, %run, number, "a piece of work was taken over by another node");
            return;
        };
        let written = if self.cancelled.is_cancelled() {
            desk.tasks.give_back(&lease).await
        } else {
            match serde_json::to_string(&outcome) {
                Ok(outcome) => end(desk.tasks, &lease, outcome).await,
                // Its time runs out, and another tries.
                Err(error) => return tracing::error!(%error, "what came of a piece of work cannot be told"),
            }
        };
        match written {
            Ok(()) => tracing::debug!(mirror, %run, number, takeovers, "did a piece of work"),
            Err(error) => {
                tracing::warn!(mirror, %run, number, cause = with_causes(&error), "a piece of work is not written down");
            }
        }
    }

    async fn bring(&self, what: &str, places: &Places) -> TaskOutcome {
        let plan = match TaskPlan::parse(what) {
            Ok(plan) => plan,
            Err(cause) => return TaskOutcome::Failed(with_causes(&cause)),
        };
        match plan.restore(places).await {
            Ok(images) => {
                self.look_for_blobs(&images).await;
                TaskOutcome::of(&self.carry_out(Plan { images }).await)
            }
            Err(cause) => TaskOutcome::Failed(with_causes(&cause)),
        }
    }
}

async fn end(tasks: &Tasks, lease: &TaskLease, outcome: String) -> Result<(), CatalogError> {
    if tasks.end(lease, TaskEnd { outcome }).await? == EndTask::TakenOver {
        tracing::warn!(run = %lease.run(), number = lease.number(), "another node did a piece of work in our place");
    }
    Ok(())
}

/// Does `work` as long as the right to it can be kept; `None` if it could not.
async fn keeping<T>(
    tasks: &Tasks,
    lease: &mut TaskLease,
    fence: Fence,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = pin!(work);
    let mut renewals = renewals(lease.lasts());
    loop {
        tokio::select! {
            // Who was stopped for long does nothing before it is known whether it goes on.
            biased;
            _ = renewals.tick() => {}
            ended = &mut work => return Some(ended),
        }
        let lost = match tasks.renew(lease).await {
            Ok(RenewTask::Renewed) => false,
            Ok(RenewTask::Lost) => true,
            Err(cause) => {
                tracing::warn!(%cause, "the right to a piece of work cannot be renewed");
                Instant::now() >= lease.ends()
            }
        };
        if lost {
            fence.close();
            return None;
        }
        fence.go_on(lease.ends());
    }
}
