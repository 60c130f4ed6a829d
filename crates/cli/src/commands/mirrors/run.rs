//! `portolan mirrors run`.

use clap::Args;
use portolan_server::wire::AskedData;

use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Has a daemon run mirrors now
///
/// `portolan sync` runs them here instead.
#[derive(Debug, Args)]
#[command(after_help = "\
A daemon that is named begins at once; one that works on the database of the configuration within a minute. As JSON, an
object a mirror: {\"mirror\", \"asked_at\", \"run\"}; \"run\" is the number of the run, if it has begun.

Examples:
  portolan mirrors run base-images
  portolan mirrors run base-images --daemon images.example.com")]
pub(super) struct RunArguments {
    /// The mirrors
    #[arg(value_name = "MIRROR", required = true)]
    mirrors: Vec<String>,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &RunArguments, context: &Context) -> Result<Outcome, CliError> {
    let control = arguments.daemon.control(context)?;
    for mirror in &arguments.mirrors {
        tell_asked(&control.ask_run(mirror).await?, context)?;
    }
    Ok(Outcome::Done)
}

/// Says that a mirror is to be run.
pub(in super::super) fn tell_asked(asked: &AskedData, context: &Context) -> Result<(), CliError> {
    context.output.line(asked, |asked| {
        Some(match asked.run {
            Some(run) => format!("{}: run {run} has begun", asked.mirror),
            None => format!("{}: a daemon runs it as soon as it can", asked.mirror),
        })
    })
}
