//! `portolan sync`.

use std::path::{Path, PathBuf};

use clap::Args;
use portolan_sync::{
    Books, CopyError, Detail, Engine, Mirror, Restored, RunReport, SavedPlan, SyncError, SyncOptions,
    SyncReport, SyncShare, TakeUpOptions,
};
use portolan_transport::Cause;

use super::work::{Checks, chosen, engine, owner, tell_prune};
use crate::arguments::OutputFormat;
use crate::context::{Context, Membership};
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;
use crate::progress::{Board, Progress};
use crate::report::Report;

/// Runs mirrors once
///
/// What the targets have is left alone; what is missing or has moved is copied with everything that belongs to
/// it. An image that fails does not hold up the others, and an interrupted run goes on where it was when it is
/// run again. What a mirror brought and no longer takes goes if it is to prune: see `prune` in its
/// configuration.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan sync
  portolan sync base-images --verify-targets
  portolan sync --failed
  portolan sync --plan plan.json

Printed is a line for each image with which something was done, and one for the whole; as JSON:
  {\"totals\": {\"images\", \"copied\", \"skipped\", \"deleted\", \"failed\", \"left_out\",
              \"blobs\", \"mounted\", \"bytes\"},
   \"images\": [{\"source\", \"target\", \"digest\", \"outcome\", \"from\", \"bytes\", \"error\"}]}
A tag that is no longer wanted has no source, and \"reason\", \"since\" and \"due\" beside that.")]
pub(crate) struct SyncArguments {
    /// Names of mirrors; all, if none is named
    #[arg(value_name = "MIRROR")]
    mirrors: Vec<String>,
    /// Does what a plan says that `plan --save` has kept, and refuses what has moved since
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mirrors", "trust_journal", "verify_targets"])]
    plan: Option<PathBuf>,
    /// Deals only with the images that failed in the last run (after an interrupted one with all)
    #[arg(long, conflicts_with = "plan")]
    failed: bool,
    #[command(flatten)]
    checks: Checks,
}

pub(in crate::commands) async fn run(
    arguments: &SyncArguments,
    context: &Context,
) -> Result<Outcome, CliError> {
    Interrupt::over(&context.talk, async |interrupt| sync(arguments, context, interrupt).await).await
}

async fn sync(
    arguments: &SyncArguments,
    context: &Context,
    interrupt: &Interrupt,
) -> Result<Outcome, CliError> {
    let (board, notes) = Board::new(context.global.progress);
    let engine = engine(context, board.clone(), interrupt.token().clone()).await?;
    let (mirrors, groups) = match &arguments.plan {
        Some(path) => (Vec::new(), restore(path, context).await?),
        None => (chosen(&arguments.mirrors, context)?, Vec::new()),
    };
    // Of several mirrors it must be said which one failed.
    let are_several = mirrors.len().max(groups.len()) > 1;
    let progress = Progress::show(context.global.progress, &context.talk, &board, notes);
    let mut ended = Vec::new();
    let membership = Membership::begin("sync", context).await?;
    membership.company().is_known().await;
    let books = context.books().await?.among(membership.company());
    for mirror in &mirrors {
        ended.push((mirror.name.clone(), run_mirror(mirror, &engine, arguments, (context, &books)).await));
    }
    for group in groups {
        ended.push((group.mirror().clone(), take_up(group, &engine, (context, &books)).await));
    }
    membership.end().await;
    progress.end().await;
    let (mut reports, mut errors) = (Vec::new(), Vec::new());
    for (name, ended) in ended {
        let of = if are_several { format!("{name}: ") } else { String::new() };
        match ended {
            Ok(done) => reports.push(done),
            Err(cause) => errors.push((of, CliError::from(cause))),
        }
    }
    tell(&reports, errors, context)
}

async fn run_mirror(
    mirror: &Mirror,
    engine: &Engine,
    arguments: &SyncArguments,
    (context, books): (&Context, &Books),
) -> Result<SyncReport, Failure> {
    let options = SyncOptions {
        places: context.places().map_err(CliError::into_failure)?,
        books,
        owner: owner("sync"),
        checks: arguments.checks.wanted(),
        share: if arguments.failed { SyncShare::Failed } else { SyncShare::All },
        detail: match context.output.format() {
            OutputFormat::Text => Detail::Changes,
            OutputFormat::Json => Detail::All,
        },
    };
    Ok(engine.sync(mirror, &options).await?)
}

async fn take_up(
    group: Restored,
    engine: &Engine,
    (context, books): (&Context, &Books),
) -> Result<SyncReport, Failure> {
    let options = TakeUpOptions {
        places: context.places().map_err(CliError::into_failure)?,
        books,
        owner: owner("sync"),
    };
    Ok(engine.take_up(group, &options).await?)
}

/// What a plan in a file says, a group for each mirror.
async fn restore(path: &Path, context: &Context) -> Result<Vec<Restored>, CliError> {
    let restored = read(path)?.restore(context.places()?).await;
    Ok(restored.map_err(|cause| unusable(path, cause))?)
}

fn read(path: &Path) -> Result<SavedPlan, CliError> {
    let text = std::fs::read(path)
        .map_err(|cause| Failure::other(format!("cannot read the plan {}", path.display()), cause))?;
    let saved = SavedPlan::parse(&text);
    Ok(saved.map_err(|cause| unusable(path, cause))?)
}

fn unusable(path: &Path, cause: impl Into<Cause>) -> Failure {
    Failure::other(format!("cannot use the plan {}", path.display()), cause)
}

/// Prints what was done, and says what failed: images with their causes, and mirrors, each with the text that
/// says which one it is.
fn tell(
    reports: &[SyncReport],
    errors: Vec<(String, CliError)>,
    context: &Context,
) -> Result<Outcome, CliError> {
    let mut all = Report::default();
    let mut outcomes = Vec::new();
    for report in reports {
        let is_there = report.totals.copied + report.totals.skipped > 0;
        outcomes.extend(is_there.then_some(Outcome::Done));
        all.add_run(report);
    }
    context.output.data(&all, Report::changes)?;
    let mut is_interrupted = false;
    for RunReport { source, report } in reports.iter().flat_map(|report| &report.images) {
        for target in &report.targets {
            match target.failure() {
                None => {}
                Some(CopyError::Cancelled) => is_interrupted = true,
                Some(cause) => {
                    let error = CliError::from(cause.clone());
                    outcomes.push(error.outcome());
                    context.talk.insist(&format!("{source} -> {}: {}", target.target, error.text(context)));
                }
            }
        }
    }
    for report in reports {
        let told = tell_prune(&report.prune, context);
        is_interrupted |= told.contains(&Outcome::Interrupted);
        outcomes.extend(told);
    }
    for (of, error) in errors {
        let cancelled = matches!(error.failure(), Failure::Sync(SyncError::Copy(CopyError::Cancelled)));
        is_interrupted |= cancelled;
        outcomes.push(error.outcome());
        if !cancelled {
            context.talk.insist(&format!("{of}{}", error.text(context)));
        }
    }
    if is_interrupted {
        context.talk.insist("interrupted; the same command goes on from here");
        return Ok(Outcome::Interrupted);
    }
    Ok(Outcome::of_all(outcomes))
}
