//! `portolan plan`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use portolan_server::wire::{PlanLimits, PlanTotals, PlanWord, PlannedData, Tense};
use portolan_sync::{
    CopyRequest, Engine, Mirror, MirrorError, MirrorPlan, Plan, PlannedImage, PlannedTarget, PruneReport,
    PruneScope, SavedPlan, Silent,
};
use serde::Serialize;

use super::limits;
use super::save::save;
use super::work::{Checks, chosen, engine, of_several, tell_errors, tell_prune};
use crate::context::Context;
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;
use crate::output::{Between, Count, Table};
use crate::report::{PrunedImage, part};

/// Says what a run of mirrors would do, and what it would cost; changes nothing
///
/// Sources are read as far as it takes to know: manifests of what is to be copied, but no blob. The least bytes
/// are those if every mount is granted, the most if none is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan plan
  portolan plan base-images --save plan.json && portolan sync --plan plan.json

Printed is a line for each image with which something would be done, and one for the whole; as JSON:
  {\"totals\": {\"images\", \"copy\", \"skip\", \"delete\", \"failed\", \"left_out\", \"manifests\", \"blobs\",
   \"mounts\", \"bytes\", \"most_bytes\"},
   \"images\": [{\"source\", \"target\", \"digest\", \"original\", \"action\", \"from\", \"bytes\",
   \"most_bytes\", \"error\"}],
   \"pulls\": [{\"registry\", \"pulls\", \"limit\", \"remaining\", \"window\"}],
   \"space\": [{\"targets\", \"bytes\", \"most_bytes\", \"free\"}]}
A tag that is no longer wanted has no source, and \"reason\", \"since\" and \"due\" beside that.")]
pub(crate) struct PlanArguments {
    /// Names of mirrors; all, if none is named
    #[arg(value_name = "MIRROR")]
    mirrors: Vec<String>,
    /// Keeps the plan in a file, for `sync --plan`
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    #[command(flatten)]
    checks: Checks,
}

pub(in crate::commands) async fn run(
    arguments: &PlanArguments,
    context: &Context,
) -> Result<Outcome, CliError> {
    Interrupt::over(&context.talk, async |interrupt| plan(arguments, context, interrupt).await).await
}

async fn plan(
    arguments: &PlanArguments,
    context: &Context,
    interrupt: &Interrupt,
) -> Result<Outcome, CliError> {
    let mirrors = chosen(&arguments.mirrors, context)?;
    let engine = engine(context, Arc::new(Silent), interrupt.token().clone()).await?;
    let places = context.places()?;
    let Chosen { requests, wanted, errors, left_out } = gather(&mirrors, &engine, context).await?;
    if wanted.is_empty() {
        return Ok(Outcome::of_all(tell_errors(errors, context)));
    }
    let plan = engine.plan(requests, arguments.checks.wanted()).await?;
    let mut prunes = Vec::new();
    for scope in wanted.iter().map(|wanted| &wanted.scope) {
        prunes.push(match scope {
            Some(scope) => Some(engine.plan_prune(scope, &plan, places, &context.books().await?).await),
            None => None,
        });
    }
    if let Some(path) = &arguments.save {
        save(path, &SavedPlan::new(by_mirror(&wanted, &plan, &prunes)))?;
    }
    let prunes: Vec<PruneReport> = prunes.into_iter().flatten().collect();
    let limits = PlanLimits::of(&plan, places).await;
    let report = PlanReport::new((&plan, left_out), &prunes, limits);
    context.output.data(&report, PlanReport::lines)?;
    for shortage in limits::shortages(&report.limits) {
        context.talk.say(&format!("warning: {shortage}"));
    }
    let mut outcomes = Vec::new();
    for failure in plan.images().iter().flat_map(PlannedImage::targets).filter_map(PlannedTarget::failure) {
        let error = CliError::from(failure.clone());
        outcomes.push(error.outcome());
        context.talk.insist(&error.text(context));
    }
    let others = plan.images().iter().flat_map(PlannedImage::targets).filter(|to| to.failure().is_none());
    outcomes.extend(others.take(1).map(|_| Outcome::Done));
    outcomes.extend(prunes.iter().flat_map(|prune| tell_prune(prune, context)));
    outcomes.extend(tell_errors(errors, context));
    Ok(Outcome::of_all(outcomes))
}

/// What mirrors want. One of which that cannot be said does not hold up the others.
struct Chosen<'a> {
    requests: Vec<CopyRequest>,
    wanted: Vec<Wanted<'a>>,
    errors: Vec<(String, CliError)>,
    /// Images that are of none of the artifact types that are taken.
    left_out: u64,
}

async fn gather<'a>(
    mirrors: &'a [Mirror],
    engine: &Engine,
    context: &Context,
) -> Result<Chosen<'a>, CliError> {
    let places = context.places()?;
    let mut all = Chosen { requests: Vec::new(), wanted: Vec::new(), errors: Vec::new(), left_out: 0 };
    for mirror in mirrors {
        let gathered = match engine.gather(mirror, places).await {
            Ok(gathered) => gathered,
            Err(cause @ MirrorError::Cancelled) => return Err(cause.into()),
            Err(cause) => {
                all.errors.push((of_several(mirrors, mirror), cause.into()));
                continue;
            }
        };
        all.left_out += gathered.other_kinds.len() as u64;
        let scope = PruneScope::new(mirror, &gathered);
        all.wanted.push(Wanted { mirror, images: gathered.requests.len(), scope });
        all.requests.extend(gathered.requests);
    }
    Ok(all)
}

/// A mirror of the plan.
struct Wanted<'a> {
    mirror: &'a Mirror,
    /// How many images it wants.
    images: usize,
    scope: Option<PruneScope>,
}

/// What of a plan is of which mirror.
fn by_mirror<'a>(
    wanted: &'a [Wanted<'a>],
    plan: &'a Plan,
    prunes: &'a [Option<PruneReport>],
) -> impl Iterator<Item = MirrorPlan<'a>> {
    let mut rest = plan.images();
    wanted.iter().zip(prunes).map(move |(wanted, prune)| {
        let (images, others) = rest.split_at_checked(wanted.images).unwrap_or((rest, &[]));
        rest = others;
        MirrorPlan { name: &wanted.mirror.name, images, prune: wanted.scope.as_ref().zip(prune.as_ref()) }
    })
}

#[derive(Debug, Default, Serialize)]
struct PlanReport {
    totals: PlanTotals,
    images: Vec<Line>,
    #[serde(flatten)]
    limits: PlanLimits,
    #[serde(skip)]
    held_back: u64,
}

/// What would be done with an image that is wanted, or with one that no longer is.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Line {
    Wanted(PlannedData),
    Pruned(PrunedImage),
}

impl PlanReport {
    fn new((plan, left_out): (&Plan, u64), prunes: &[PruneReport], limits: PlanLimits) -> Self {
        let mut images: Vec<Line> = PlannedData::all(plan).map(Line::Wanted).collect();
        for prune in prunes {
            images.extend(PrunedImage::all(prune, Tense::Would).into_iter().map(Line::Pruned));
        }
        let held_back = prunes.iter().map(|prune| prune.held_back() as u64).sum();
        Self { totals: PlanTotals::of(plan, prunes, left_out), images, limits, held_back }
    }

    fn lines(&self) -> String {
        let mut table = Table::default();
        for line in &self.images {
            match line {
                Line::Wanted(image) if image.action == PlanWord::Skip => {}
                Line::Wanted(image) => table.row(cells(image)),
                Line::Pruned(pruned) if pruned.is_shown() => table.row(pruned.cells()),
                Line::Pruned(_) => {}
            }
        }
        let anew = self
            .images
            .iter()
            .filter(|line| matches!(line, Line::Wanted(image) if is_new_index(image)))
            .count();
        let anew = match anew {
            0 => String::new(),
            anew => format!(
                "written anew with the chosen platforms: {anew}; no signature of an original matches them\n"
            ),
        };
        format!("{table}{}\n{anew}{}", self.whole(), limits::lines(&self.limits))
    }

    fn whole(&self) -> String {
        let totals = &self.totals;
        let failed =
            if totals.failed == 0 { String::new() } else { format!(", {} cannot be planned", totals.failed) };
        let delete = part(totals.delete, "to delete");
        let held_back = part(self.held_back, "held back for later runs");
        let left_out = part(totals.left_out, "left out by their type");
        format!(
            "{} to copy, {} unchanged{failed}{delete}{held_back}{left_out}: {}, {}, {} to mount, {}",
            totals.copy,
            totals.skip,
            Count(totals.manifests, "manifest"),
            Count(totals.blobs, "blob"),
            totals.mounts,
            Between(totals.bytes, totals.most_bytes)
        )
    }
}

fn cells(image: &PlannedData) -> [String; 3] {
    let bytes = if image.action == PlanWord::Fail {
        String::new()
    } else {
        Between(image.bytes, image.most_bytes).to_string()
    };
    [text(image.action).to_owned(), format!("{} -> {}", image.source, image.target), bytes]
}

fn text(action: PlanWord) -> &'static str {
    match action {
        PlanWord::Skip => "unchanged",
        PlanWord::Add => "add",
        PlanWord::Move => "move",
        PlanWord::Complete => "complete",
        PlanWord::Fail => "fail",
    }
}

/// Whether an index is written anew.
fn is_new_index(image: &PlannedData) -> bool {
    image.original.is_some() && image.action.is_copy()
}
