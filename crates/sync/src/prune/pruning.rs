//! A prune of one mirror.

use std::collections::HashSet;

use portolan_catalog::{CatalogError, Place, RunId};
use portolan_transport::Places;

use super::ahead::Ahead;
use super::decide::Deletes;
use super::leftover::Leftover;
use super::saved::PlannedPrune;
use super::scope::PruneScope;
use super::{Books, PruneReport};
use crate::plan::Plan;
use crate::{CopyError, Engine, TakeUpOptions};

/// What a prune works with.
pub(super) struct Pruning<'a> {
    pub(super) engine: &'a Engine,
    pub(super) scope: &'a PruneScope,
    pub(super) places: &'a Places,
    pub(super) books: &'a Books,
    pub(super) ahead: Ahead,
    pub(super) doing: Doing,
}

/// Whether anything is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// It is only found out what would be done.
    Plan,
    /// It is done, in this run.
    Run(RunId),
}

impl Engine {
    /// What a prune after the run of this plan would do. Targets are asked where something is to be condemned
    /// or deleted; nothing is written.
    pub async fn plan_prune(
        &self,
        scope: &PruneScope,
        plan: &Plan,
        places: &Places,
        books: &Books,
    ) -> PruneReport {
        let ahead = Ahead::of(plan);
        let pruning = Pruning { engine: self, scope, places, books, ahead, doing: Doing::Plan };
        pruning.everywhere().await
    }

    /// Condemns what the mirror does not want any more, and deletes what has been condemned for long enough.
    /// Nothing is deleted at the places that are named: an image of the run failed there.
    pub(crate) async fn prune(
        &self,
        (scope, failed): (&PruneScope, &HashSet<Place>),
        run: RunId,
        places: &Places,
        books: &Books,
    ) -> PruneReport {
        let ahead = Ahead { failed: failed.clone(), ..Ahead::default() };
        let pruning = Pruning { engine: self, scope, places, books, ahead, doing: Doing::Run(run) };
        pruning.everywhere().await
    }

    /// Condemns and deletes what a saved plan says and nothing else, as far as a prune would do so now.
    /// Nothing is deleted at the places that are named: an image of the run failed there.
    pub(crate) async fn prune_planned(
        &self,
        planned: &PlannedPrune,
        failed: &HashSet<Place>,
        run: RunId,
        options: &TakeUpOptions<'_>,
    ) -> PruneReport {
        let (places, books, scope) = (options.places, options.books, &planned.scope);
        let ahead = Ahead { failed: failed.clone(), ..Ahead::default() };
        let pruning = Pruning { engine: self, scope, places, books, ahead, doing: Doing::Run(run) };
        pruning.at(pruning.planned(planned).await, PruneReport::default()).await
    }
}

impl Pruning<'_> {
    async fn everywhere(&self) -> PruneReport {
        let mut report = PruneReport::default();
        let leftovers = self.leftovers(&mut report).await;
        self.at(leftovers, report).await
    }

    async fn at(
        &self,
        leftovers: Result<Vec<Leftover>, CatalogError>,
        mut report: PruneReport,
    ) -> PruneReport {
        let leftovers = match leftovers {
            Ok(leftovers) => leftovers,
            Err(cause) => {
                report.fail(self.scope.mirror.clone(), cause.into());
                return report;
            }
        };
        for leftover in &leftovers {
            let done = match self.doing {
                Doing::Plan => {
                    // Whether a registry deletes a tag alone is found out by trying. A plan does not promise it.
                    let deletes = Deletes::of(&*leftover.target).unwrap_or(Deletes::Manifests);
                    let planned = self.plan_place(leftover, deletes).await;
                    planned.map(|planned| report.tags.extend(planned.tags))
                }
                Doing::Run(_) if self.engine.cancelled.is_cancelled() => Err(CopyError::Cancelled),
                Doing::Run(run) => self.prune_place(leftover, run, &mut report).await,
            };
            if let Err(cause) = done {
                report.fail(leftover.target.location().to_string(), cause);
            }
        }
        report
    }
}
