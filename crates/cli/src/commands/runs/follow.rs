//! `portolan runs follow`.

use clap::Args;
use portolan_server::wire::{ProgressData, RunDetail, RunWord};
use serde::Deserialize as _;
use serde_json::Value;

use super::data::{did, words};
use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;
use crate::output::{Bytes, printable};

/// Follows a run until it has ended
#[derive(Debug, Args)]
#[command(after_help = "\
A daemon tells of each image, and each second how far it is; without one, only the end is told. As JSON: the events of
the API, an object a line; the last one is `run_ended`. Exits as `portolan sync` would have.

Examples:
  portolan runs follow 17 --daemon images.example.com
  portolan runs follow 17 --output json")]
pub(super) struct FollowArguments {
    /// The number of the run
    #[arg(value_name = "RUN")]
    run: i64,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &FollowArguments, context: &Context) -> Result<Outcome, CliError> {
    let control = arguments.daemon.control(context)?;
    let mut outcome = Outcome::Done;
    let mut hear = |event: Value| {
        if let Some(run) = ended(&event) {
            outcome = of(run.run.outcome);
        }
        context.output.line(&event, line)
    };
    control.follow(arguments.run, &mut hear).await?;
    Ok(outcome)
}

fn kind(event: &Value) -> &str {
    event.get("event").and_then(Value::as_str).unwrap_or_default()
}

fn ended(event: &Value) -> Option<RunDetail> {
    (kind(event) == "run_ended").then(|| RunDetail::deserialize(event).ok()).flatten()
}

fn of(outcome: RunWord) -> Outcome {
    match outcome {
        RunWord::Done | RunWord::Running => Outcome::Done,
        RunWord::Partly => Outcome::Partial,
        RunWord::Failed | RunWord::Interrupted => Outcome::Failed,
    }
}

/// What is said of an event to people, if anything.
fn line(event: &Value) -> Option<String> {
    let text = |key: &str| printable(event.get(key).and_then(Value::as_str).unwrap_or_default()).to_string();
    match kind(event) {
        "ended" if event.get("error").is_some() => {
            Some(format!("{} -> {}: {}", text("image"), text("target"), text("error")))
        }
        "ended" => Some(format!("{} -> {}", text("image"), text("target"))),
        "warning" => Some(format!("warning: {}", text("message"))),
        "progress" => {
            let now = ProgressData::deserialize(event).ok()?;
            let (done, all) = (Bytes(now.bytes_done), Bytes(now.bytes));
            Some(format!("{} of {} images, {done} of {all}", now.images_done, now.images))
        }
        "run_ended" => {
            let run = ended(event)?.run;
            Some(format!("run {} of {}: {}, {}", run.id, run.mirror, words(&run), did(&run.totals)))
        }
        _ => None,
    }
}
