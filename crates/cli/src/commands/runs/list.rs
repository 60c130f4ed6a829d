//! `portolan runs list`.

use clap::Args;
use serde::Serialize;

use super::RunData;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;
use crate::output::Table;

/// Lists runs of mirrors, the last first
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: {\"runs\": [{\"id\", \"mirror\", \"started_at\", \"ended_at\", \"outcome\", \"totals\": {\"images\", \"copied\",
\"skipped\", \"deleted\", \"failed\", \"blobs\", \"mounted\", \"bytes\"}}]}; \"outcome\" is `running`, `done`, `partly`,
`failed` or `interrupted`.

Examples:
  portolan runs list
  portolan runs list base-images --limit 5")]
pub(super) struct ListArguments {
    /// Only those of this mirror
    #[arg(value_name = "MIRROR")]
    mirror: Option<String>,
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    limit: u64,
}

#[derive(Serialize)]
struct Runs {
    runs: Vec<RunData>,
}

pub(super) async fn run(arguments: &ListArguments, context: &Context) -> Result<Outcome, CliError> {
    let runs = context.books().await?.runs;
    let found = match &arguments.mirror {
        Some(mirror) => runs.runs(mirror, arguments.limit).await,
        None => runs.all_runs(arguments.limit).await,
    };
    let found = found.map_err(|cause| Failure::other("cannot read the runs", cause))?;
    let data = Runs { runs: found.into_iter().map(RunData::from).collect() };
    context.output.data(&data, |data| {
        let mut table = Table::default();
        data.runs.iter().for_each(|run| table.row(run.cells()));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
