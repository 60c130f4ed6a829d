//! `portolan runs list`.

use clap::Args;
use portolan_server::wire::RunData;
use serde::Serialize;

use super::data::cells;
use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
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
  portolan runs list base-images --limit 5
  portolan runs list --daemon images.example.com")]
pub(super) struct ListArguments {
    /// Only those of this mirror
    #[arg(value_name = "MIRROR")]
    mirror: Option<String>,
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    limit: u64,
    #[command(flatten)]
    daemon: DaemonArguments,
}

#[derive(Serialize)]
struct Runs {
    runs: Vec<RunData>,
}

pub(super) async fn run(arguments: &ListArguments, context: &Context) -> Result<Outcome, CliError> {
    let control = arguments.daemon.control(context)?;
    let runs = control.runs(arguments.mirror.as_deref(), arguments.limit).await?;
    context.output.data(&Runs { runs }, |data| {
        let mut table = Table::default();
        data.runs.iter().for_each(|run| table.row(cells(run)));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
