//! `portolan undo`.

use std::sync::Arc;

use clap::Args;
use portolan_catalog::RunId;
use portolan_oci::Digest;
use portolan_sync::prune::Undone;
use portolan_sync::{Silent, UndoOptions, UndoReport};
use serde::Serialize;

use super::work::{engine, owner};
use crate::context::Context;
use crate::error::{CliError, Failure, chain};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;
use crate::output::Table;

/// Puts back what a run of a mirror deleted
///
/// The manifests that a prune deletes are kept, and put back as they were, with their tags. Their blobs are not
/// kept: where the registry has collected them, it is said. What is back is left alone by later prunes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan undo base-images
  portolan undo base-images --run 17

Printed is a line for each tag; as JSON:
  {\"run\", \"deletions\": [{\"target\", \"digest\", \"outcome\", \"error\"}]}")]
pub(crate) struct UndoArguments {
    /// The mirror
    #[arg(value_name = "MIRROR")]
    mirror: String,
    /// The run whose deletions are undone; the last one that deleted something, if none is given
    #[arg(long, value_name = "NUMBER")]
    run: Option<i64>,
}

#[derive(Serialize)]
struct Report {
    run: i64,
    deletions: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    target: String,
    digest: Digest,
    outcome: Became,
    error: Option<String>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Became {
    Restored,
    Present,
    Taken,
    Collected,
    Failed,
}

pub(in crate::commands) async fn run(
    arguments: &UndoArguments,
    context: &Context,
) -> Result<Outcome, CliError> {
    Interrupt::over(&context.talk, async |interrupt| undo(arguments, context, interrupt).await).await
}

async fn undo(
    arguments: &UndoArguments,
    context: &Context,
    interrupt: &Interrupt,
) -> Result<Outcome, CliError> {
    let engine = engine(context, Arc::new(Silent), interrupt.token().clone()).await?;
    let options = UndoOptions {
        places: context.places()?,
        books: &context.books().await?,
        owner: owner("undo"),
        run: arguments.run.map(RunId::new),
    };
    let undone = engine.undo(&arguments.mirror, &options).await.map_err(Failure::from)?;
    let Some(UndoReport { run, deletions }) = undone else {
        let mirror = &arguments.mirror;
        let problem = match arguments.run {
            None => format!("no run of {mirror} has deleted anything that is not back"),
            Some(run) => format!("run {run} of {mirror} has deleted nothing that is not back"),
        };
        return Err(Failure::NotFound(problem).into());
    };
    let mut outcomes = Vec::new();
    let mut rows = Vec::new();
    for deletion in deletions {
        let (outcome, error) = match &deletion.outcome {
            Undone::PutBack => (Became::Restored, None),
            Undone::WasThere => (Became::Present, None),
            Undone::Taken { now } => (Became::Taken, Some(format!("the tag is {now} now"))),
            Undone::ContentGone => {
                (Became::Collected, Some("the target no longer has what the manifest names".to_owned()))
            }
            Undone::Failed(cause) => {
                let error = CliError::from(cause.clone());
                context.talk.insist(&format!("{}: {}", deletion.target, error.text(context)));
                (Became::Failed, Some(chain(cause)))
            }
        };
        outcomes.push(if deletion.outcome.is_there() { Outcome::Done } else { Outcome::Failed });
        rows.push(Row { target: deletion.target, digest: deletion.digest, outcome, error });
    }
    context.output.data(&Report { run: run.get(), deletions: rows }, text)?;
    if interrupt.token().is_cancelled() {
        context.talk.insist("interrupted; the same command goes on from here");
        return Ok(Outcome::Interrupted);
    }
    Ok(Outcome::of_all(outcomes))
}

fn text(report: &Report) -> String {
    let mut table = Table::default();
    for row in &report.deletions {
        let outcome = match row.outcome {
            Became::Restored => "restored",
            Became::Present => "present",
            Became::Taken => "taken",
            Became::Collected => "collected",
            Became::Failed => "failed",
        };
        let mut cells = vec![outcome.to_owned(), row.target.clone(), row.digest.to_string()];
        cells.extend(row.error.clone());
        table.row(cells);
    }
    table.to_string()
}
