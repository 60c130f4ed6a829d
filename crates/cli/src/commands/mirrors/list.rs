//! `portolan mirrors list`.

use clap::Args;
use portolan_server::wire::MirrorData;
use serde::Serialize;

use crate::commands::runs::words;
use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;
use crate::output::Table;

/// Lists mirrors: when each is run, how its last run ended, when the next one is
#[derive(Debug, Args)]
#[command(after_help = "\
The daemon runs mirrors with `schedule` or `every` when they are due. As JSON: {\"mirrors\": [{\"name\", \"schedule\",
\"targets\": [], \"paused_at\", \"paused_by\", \"last_run\": a run as `portolan runs show` has it, \"next_run_at\"}]}; what is due now is due at the
time it is.

Examples:
  portolan mirrors list
  portolan mirrors list --output json
  portolan mirrors list --daemon images.example.com")]
pub(super) struct ListArguments {
    #[command(flatten)]
    daemon: DaemonArguments,
}

#[derive(Serialize)]
struct Mirrors {
    mirrors: Vec<MirrorData>,
}

fn cells(mirror: &MirrorData) -> [String; 4] {
    let last = mirror.last_run.as_ref().map_or_else(|| "never run".to_owned(), words);
    let next = match (mirror.paused_at, mirror.next_run_at) {
        (Some(at), _) => format!("paused {at:.0}"),
        (None, Some(at)) => format!("next {at:.0}"),
        (None, None) => String::new(),
    };
    [mirror.name.clone(), mirror.schedule.clone().unwrap_or_else(|| "by hand".to_owned()), last, next]
}

pub(super) async fn run(arguments: &ListArguments, context: &Context) -> Result<Outcome, CliError> {
    let mirrors = arguments.daemon.control(context)?.mirrors().await?;
    context.output.data(&Mirrors { mirrors }, |data| {
        let mut table = Table::default();
        data.mirrors.iter().for_each(|mirror| table.row(cells(mirror)));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
