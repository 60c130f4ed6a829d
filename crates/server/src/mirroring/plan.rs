//! What a run of a mirror would do.

use std::sync::Arc;

use portolan_catalog::Journal;
use portolan_oci::with_causes;
use portolan_sync::{
    Books, CopyError, Engine, Mirror, MirrorError, Plan, PruneReport, PruneScope, Silent, TargetChecks,
};
use tokio::runtime::Handle;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::live::Reach;
use crate::wire::{PlanData, PlanLimits, PlanLine, PlanTotals, PlanWord, PlannedData, PrunedData, Tense};

/// What plans are made with.
#[derive(Clone)]
pub struct Planner {
    /// What is remembered of copies.
    pub journal: Journal,
    /// What is remembered of mirrors.
    pub books: Books,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    /// What the mirror wants cannot be said.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// It cannot be said what is to be done.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The work broke down.
    #[error("the plan broke down")]
    Broken(#[from] JoinError),
}

impl Planner {
    /// Says what a run of the mirror would do, as `portolan plan` does; changes nothing. Who no longer waits for it ends it.
    pub(crate) async fn plan(&self, mirror: Mirror, reach: Reach) -> Result<PlanData, PlanError> {
        let (this, end) = (self.clone(), CancellationToken::new());
        let _ends_with_this = end.clone().drop_guard();
        // On a thread of its own: planning a large mirror keeps no request waiting.
        let plan = move || Handle::current().block_on(this.make(&mirror, reach, end));
        spawn_blocking(plan).await?
    }

    async fn make(
        self,
        mirror: &Mirror,
        reach: Reach,
        end: CancellationToken,
    ) -> Result<PlanData, PlanError> {
        let Reach { places, options } = reach;
        let engine = Engine::new(self.journal, options, Arc::new(Silent), end);
        let gathered = engine.gather(mirror, &places).await?;
        let left_out = gathered.other_kinds.len() as u64;
        let scope = PruneScope::new(mirror, &gathered);
        let plan = engine.plan(gathered.requests, TargetChecks::Rolling).await?;
        let prune = match &scope {
            Some(scope) => Some(engine.plan_prune(scope, &plan, &places, &self.books).await),
            None => None,
        };
        let limits = PlanLimits::of(&plan, &places).await;
        Ok(told((&plan, left_out), prune.as_ref(), limits))
    }
}

fn told((plan, left_out): (&Plan, u64), prune: Option<&PruneReport>, limits: PlanLimits) -> PlanData {
    let wanted = PlannedData::all(plan).filter(|image| image.action != PlanWord::Skip).map(PlanLine::Wanted);
    let unwanted = prune.into_iter().flat_map(|prune| &prune.tags);
    let unwanted = unwanted.map(|tag| PlanLine::Unwanted(PrunedData::of(tag, Tense::Would)));
    let warnings = prune.into_iter().flat_map(|prune| {
        let failures = prune.failures.iter();
        let failures = failures.map(|failure| format!("{}: {}", failure.target, with_causes(&failure.cause)));
        prune.unwanted.iter().map(ToString::to_string).chain(failures)
    });
    PlanData {
        totals: PlanTotals::of(plan, prune, left_out),
        images: wanted.chain(unwanted).collect(),
        limits,
        warnings: warnings.collect(),
    }
}
