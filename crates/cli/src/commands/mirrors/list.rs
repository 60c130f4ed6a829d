//! `portolan mirrors list`.

use clap::Args;
use jiff::Timestamp;
use portolan_catalog::{Pause, Run};
use portolan_sync::Mirror;
use serde::Serialize;

use crate::commands::runs::RunData;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;
use crate::output::Table;

/// Lists the mirrors of the configuration: when each is run, how its last run ended, when the next one is
#[derive(Debug, Args)]
#[command(after_help = "\
The daemon runs mirrors with `schedule` or `every` when they are due. As JSON: {\"mirrors\": [{\"name\", \"schedule\",
\"targets\": [], \"paused_at\", \"paused_by\", \"last_run\": a run as `portolan runs show` has it, \"next_run_at\"}]}; what is due now is due at the
time it is.

Examples:
  portolan mirrors list
  portolan mirrors list --output json")]
pub(super) struct ListArguments {}

#[derive(Serialize)]
struct Mirrors {
    mirrors: Vec<MirrorData>,
}

#[derive(Serialize)]
struct MirrorData {
    name: String,
    schedule: Option<String>,
    targets: Vec<String>,
    paused_at: Option<Timestamp>,
    paused_by: Option<String>,
    last_run: Option<RunData>,
    next_run_at: Option<Timestamp>,
}

impl MirrorData {
    /// What is told of a mirror: its last run, and when the last one of all its images began.
    fn of(
        mirror: &Mirror,
        (last, whole): (Option<Run>, Option<Timestamp>),
        pause: Option<Pause>,
        now: Timestamp,
    ) -> Self {
        let timing = mirror.policy.timing.as_ref();
        Self {
            name: mirror.name.to_string(),
            schedule: timing.map(ToString::to_string),
            targets: mirror.targets.iter().map(ToString::to_string).collect(),
            next_run_at: timing.filter(|_| pause.is_none()).and_then(|timing| timing.next(whole, now)),
            paused_at: pause.as_ref().map(|pause| pause.at),
            paused_by: pause.map(|pause| pause.by),
            last_run: last.map(RunData::from),
        }
    }

    fn cells(&self) -> [String; 4] {
        let last = self.last_run.as_ref().map_or_else(|| "never run".to_owned(), RunData::words);
        let next = match (self.paused_at, self.next_run_at) {
            (Some(at), _) => format!("paused {at:.0}"),
            (None, Some(at)) => format!("next {at:.0}"),
            (None, None) => String::new(),
        };
        [self.name.clone(), self.schedule.clone().unwrap_or_else(|| "by hand".to_owned()), last, next]
    }
}

pub(super) async fn run(context: &Context) -> Result<Outcome, CliError> {
    let (runs, now) = (context.books().await?.runs, Timestamp::now());
    let mut mirrors = Vec::new();
    for mirror in &context.config()?.mirrors {
        let (name, failed) = (mirror.name.as_str(), |cause| Failure::other("cannot read the runs", cause));
        let last = runs.runs(name, 1).await.map_err(failed)?.into_iter().next();
        let whole = runs.last_whole_run(name).await.map_err(failed)?.map(|run| run.started_at);
        let pause = runs.paused(name).await.map_err(failed)?;
        mirrors.push(MirrorData::of(mirror, (last, whole), pause, now));
    }
    context.output.data(&Mirrors { mirrors }, |data| {
        let mut table = Table::default();
        data.mirrors.iter().for_each(|mirror| table.row(mirror.cells()));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
