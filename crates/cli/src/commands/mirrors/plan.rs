//! `portolan plan`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use portolan_oci::Digest;
use portolan_sync::{
    Action, CopyError, CopyRequest, Cost, Engine, Mirror, MirrorError, MirrorPlan, Plan, PlannedImage,
    PlannedTarget, PruneReport, PruneScope, SavedPlan, Silent,
};
use serde::Serialize;

use super::limits::Limits;
use super::save::save;
use super::work::{Checks, chosen, engine, of_several, tell_errors, tell_prune};
use crate::context::Context;
use crate::error::{CliError, chain};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;
use crate::output::{Between, Count, Table};
use crate::report::{PrunedImage, Tense, part};

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
    let limits = Limits::of(&plan, places).await;
    let mut report = PlanReport { limits, ..PlanReport::new(&plan, &prunes) };
    report.totals.left_out = left_out;
    context.output.data(&report, PlanReport::lines)?;
    for shortage in report.limits.shortages() {
        context.talk.say(&format!("warning: {shortage}"));
    }
    let mut outcomes = Vec::new();
    for failure in plan.images().iter().flat_map(PlannedImage::targets).filter_map(failure) {
        let error = CliError::from(failure.clone());
        outcomes.push(error.outcome());
        context.talk.insist(&error.text(context));
    }
    let others = plan.images().iter().flat_map(PlannedImage::targets).filter(|to| failure(to).is_none());
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

fn failure(target: &PlannedTarget) -> Option<&CopyError> {
    match &target.action {
        Action::Fail(cause) => Some(cause),
        Action::Skip | Action::Add | Action::Move { .. } | Action::Complete => None,
    }
}

#[derive(Debug, Default, Serialize)]
struct PlanReport {
    totals: Totals,
    images: Vec<Line>,
    #[serde(flatten)]
    limits: Limits,
}

/// What would be done with an image that is wanted, or with one that no longer is.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Line {
    Wanted(Image),
    Pruned(PrunedImage),
}

#[derive(Debug, Default, Serialize)]
struct Totals {
    images: u64,
    copy: u64,
    skip: u64,
    delete: u64,
    failed: u64,
    /// Images that are of none of the artifact types that are taken.
    left_out: u64,
    manifests: u64,
    blobs: u64,
    mounts: u64,
    bytes: u64,
    most_bytes: u64,
    #[serde(skip)]
    held_back: u64,
}

#[derive(Debug, Serialize)]
struct Image {
    source: String,
    target: String,
    digest: Option<Digest>,
    /// The index that it was, if it is written anew.
    original: Option<Digest>,
    action: Word,
    /// What has the name now, if that is another image.
    from: Option<Digest>,
    bytes: u64,
    most_bytes: u64,
    error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Skip,
    Add,
    Move,
    Complete,
    Fail,
}

impl Word {
    fn of(action: &Action) -> Self {
        match action {
            Action::Skip => Self::Skip,
            Action::Add => Self::Add,
            Action::Move { .. } => Self::Move,
            Action::Complete => Self::Complete,
            Action::Fail(_) => Self::Fail,
        }
    }

    fn is_copy(self) -> bool {
        matches!(self, Self::Add | Self::Move | Self::Complete)
    }

    fn text(self) -> &'static str {
        match self {
            Self::Skip => "unchanged",
            Self::Add => "add",
            Self::Move => "move",
            Self::Complete => "complete",
            Self::Fail => "fail",
        }
    }
}

impl PlanReport {
    fn new(plan: &Plan, prunes: &[PruneReport]) -> Self {
        let mut report = Self::default();
        for image in plan.images() {
            for target in image.targets() {
                report.add(image, target);
            }
        }
        for prune in prunes {
            report.totals.delete += prune.deleted() as u64;
            report.totals.held_back += prune.held_back() as u64;
            report.images.extend(PrunedImage::all(prune, Tense::Would).into_iter().map(Line::Pruned));
        }
        report
    }

    fn add(&mut self, image: &PlannedImage, target: &PlannedTarget) {
        let Cost { manifests, blobs, mounts, least_bytes, most_bytes } = target.cost;
        let (totals, action) = (&mut self.totals, Word::of(&target.action));
        totals.images += 1;
        match action {
            Word::Skip => totals.skip += 1,
            Word::Add | Word::Move | Word::Complete => totals.copy += 1,
            Word::Fail => totals.failed += 1,
        }
        totals.manifests += manifests;
        totals.blobs += blobs;
        totals.mounts += mounts;
        totals.bytes += least_bytes;
        totals.most_bytes += most_bytes;
        self.images.push(Line::Wanted(Image {
            source: image.source(),
            target: target.shown.clone(),
            digest: image.digest(),
            original: image.original(),
            action,
            from: match &target.action {
                Action::Move { from } => Some(*from),
                _ => None,
            },
            bytes: least_bytes,
            most_bytes,
            error: failure(target).map(|cause| chain(cause)),
        }));
    }

    fn lines(&self) -> String {
        let mut table = Table::default();
        for line in &self.images {
            match line {
                Line::Wanted(image) if image.action == Word::Skip => {}
                Line::Wanted(image) => table.row(image.cells()),
                Line::Pruned(pruned) if pruned.is_shown() => table.row(pruned.cells()),
                Line::Pruned(_) => {}
            }
        }
        let anew = self
            .images
            .iter()
            .filter(|line| matches!(line, Line::Wanted(image) if image.is_new_index()))
            .count();
        let anew = match anew {
            0 => String::new(),
            anew => format!(
                "written anew with the chosen platforms: {anew}; no signature of an original matches them\n"
            ),
        };
        format!("{table}{}\n{anew}{}", self.totals.line(), self.limits.lines())
    }
}

impl Image {
    fn cells(&self) -> [String; 3] {
        let bytes = if self.action == Word::Fail {
            String::new()
        } else {
            Between(self.bytes, self.most_bytes).to_string()
        };
        [self.action.text().to_owned(), format!("{} -> {}", self.source, self.target), bytes]
    }
}

impl Image {
    /// Whether an index is written anew.
    fn is_new_index(&self) -> bool {
        self.original.is_some() && self.action.is_copy()
    }
}

impl Totals {
    fn line(&self) -> String {
        let failed =
            if self.failed == 0 { String::new() } else { format!(", {} cannot be planned", self.failed) };
        let delete = part(self.delete, "to delete");
        let held_back = part(self.held_back, "held back for later runs");
        let left_out = part(self.left_out, "left out by their type");
        format!(
            "{} to copy, {} unchanged{failed}{delete}{held_back}{left_out}: {}, {}, {} to mount, {}",
            self.copy,
            self.skip,
            Count(self.manifests, "manifest"),
            Count(self.blobs, "blob"),
            self.mounts,
            Between(self.bytes, self.most_bytes)
        )
    }
}
