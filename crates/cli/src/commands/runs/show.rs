//! `portolan runs show`.

use clap::Args;
use portolan_server::wire::{FailureData, RunDetail};
use serde::Serialize;

use super::data::cells;
use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;
use crate::output::{Table, printable};

/// Shows a run of a mirror, with the images that failed
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: a run as `portolan runs list` has it, \"cancelled\" and \"progress\" where there is something to say, and \"failures\": [{\"source\", \"target\", \"cause\",
\"retryable\"}].

Examples:
  portolan runs show 17
  portolan runs show 17 --output json")]
pub(super) struct ShowArguments {
    /// The number of the run
    #[arg(value_name = "RUN")]
    run: i64,
    #[command(flatten)]
    daemon: DaemonArguments,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    run: RunDetail,
    failures: Vec<FailureData>,
}

pub(super) async fn run(arguments: &ShowArguments, context: &Context) -> Result<Outcome, CliError> {
    let control = arguments.daemon.control(context)?;
    let run = control.run(arguments.run).await?;
    let data = Shown { run, failures: control.failures(arguments.run).await? };
    context.output.data(&data, text)?;
    Ok(Outcome::Done)
}

fn text(shown: &Shown) -> String {
    let mut table = Table::default();
    table.row(cells(&shown.run.run));
    let mut text = table.to_string();
    if let Some(cancelled) = &shown.run.cancelled {
        text.push_str(&format!("cancelled by {} {:.0}\n", printable(&cancelled.by), cancelled.at));
    }
    for FailureData { source, target, cause, .. } in &shown.failures {
        text.push_str(&format!("{} -> {}: {}\n", printable(source), printable(target), printable(cause)));
    }
    text
}
