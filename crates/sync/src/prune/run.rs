//! Prunes one place: condemns, spares and deletes.

use portolan_catalog::{CondemnReason, RunId};
use portolan_oci::Digest;

use super::decide::Deletes;
use super::delete::Stopped;
use super::leftover::Leftover;
use super::make::PlacePlan;
use super::pruning::Pruning;
use super::{Books, PruneReport};
use crate::CopyError;

impl Pruning<'_> {
    /// What failed for one tag is in the report.
    pub(super) async fn prune_place(
        &self,
        leftover: &Leftover,
        run: RunId,
        report: &mut PruneReport,
    ) -> Result<(), CopyError> {
        let deletes = Deletes::of(&*leftover.target).unwrap_or(Deletes::Tags);
        let mut plan = self.plan_place(leftover, deletes).await?;
        condemn(&plan, self.books).await?;
        let mut ended = self.delete_planned(&mut plan, run).await;
        if matches!(ended, Err(Stopped::ByDigestOnly)) {
            plan = self.plan_place(leftover, Deletes::Manifests).await?;
            ended = self.delete_planned(&mut plan, run).await;
        }
        if let Err(Stopped::Failed { target, cause }) = ended {
            report.fail(target, cause);
        }
        let settled = settle(&plan, &self.scope.mirror, self.books).await;
        report.tags.extend(plan.tags);
        settled
    }
}

/// Writes down what is condemned from now on.
async fn condemn(plan: &PlacePlan, books: &Books) -> Result<(), CopyError> {
    for reason in [CondemnReason::Vanished, CondemnReason::Deselected] {
        let of_reason = plan.condemned.iter().filter(|(_, _, why)| *why == reason);
        let tags: Vec<(&str, Digest)> = of_reason.map(|(tag, digest, _)| (tag.as_str(), *digest)).collect();
        if !tags.is_empty() {
            books.condemned.condemn(&plan.place, &tags, reason).await?;
        }
    }
    Ok(())
}

/// Writes down what is condemned no more, and what is no longer the mirror's.
async fn settle(plan: &PlacePlan, mirror: &str, books: &Books) -> Result<(), CopyError> {
    let spared: Vec<&str> = plan.spared.union(&plan.lost).map(String::as_str).collect();
    if !spared.is_empty() {
        books.condemned.spare(&plan.place, &spared).await?;
    }
    let lost: Vec<&str> = plan.lost.iter().map(String::as_str).collect();
    if !lost.is_empty() {
        books.brought.forget(mirror, &plan.place, &lost).await?;
    }
    Ok(())
}
