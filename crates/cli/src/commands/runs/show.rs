//! `portolan runs show`.

use clap::Args;
use portolan_catalog::{FailedImage, RunId};
use serde::Serialize;

use super::RunData;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;
use crate::output::{Table, printable};

/// Shows a run of a mirror, with the images that failed
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: a run as `portolan runs list` has it, and beside it \"failures\": [{\"source\", \"target\", \"cause\",
\"retryable\"}].

Examples:
  portolan runs show 17
  portolan runs show 17 --output json")]
pub(super) struct ShowArguments {
    /// The number of the run
    #[arg(value_name = "RUN")]
    run: i64,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    run: RunData,
    failures: Vec<Failed>,
}

#[derive(Serialize)]
struct Failed {
    source: String,
    target: String,
    cause: String,
    retryable: bool,
}

impl From<FailedImage> for Failed {
    fn from(failed: FailedImage) -> Self {
        let FailedImage { source, target, cause, is_retryable } = failed;
        Self { source, target, cause, retryable: is_retryable }
    }
}

pub(super) async fn run(arguments: &ShowArguments, context: &Context) -> Result<Outcome, CliError> {
    let (runs, id) = (context.books().await?.runs, RunId::new(arguments.run));
    let failed = |cause| Failure::other("cannot read the run", cause);
    let Some(found) = runs.run(id).await.map_err(failed)? else {
        let problem = Failure::NotFound(format!("there was no run {id}"));
        return Err(CliError::from(problem).with_hint("portolan runs list"));
    };
    let failures = runs.failures(id).await.map_err(failed)?;
    let data = Shown { run: found.into(), failures: failures.into_iter().map(Failed::from).collect() };
    context.output.data(&data, text)?;
    Ok(Outcome::Done)
}

fn text(shown: &Shown) -> String {
    let mut table = Table::default();
    table.row(shown.run.cells());
    let mut text = table.to_string();
    for Failed { source, target, cause, .. } in &shown.failures {
        text.push_str(&format!("{} -> {}: {}\n", printable(source), printable(target), printable(cause)));
    }
    text
}
