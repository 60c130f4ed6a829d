//! `portolan runs cancel`.

use clap::Args;

use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Ends a run before it is done
///
/// What it brought stays. Nobody goes on with it; its mirror is run again at its next time.
#[derive(Debug, Args)]
#[command(after_help = "\
A daemon that is named ends its own runs at once; otherwise who is at the run, `portolan sync` too, ends it within a
minute.

Examples:
  portolan runs cancel 17
  portolan runs cancel 17 --daemon images.example.com")]
pub(super) struct CancelArguments {
    /// The number of the run
    #[arg(value_name = "RUN")]
    run: i64,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &CancelArguments, context: &Context) -> Result<Outcome, CliError> {
    arguments.daemon.control(context)?.cancel(arguments.run).await?;
    context.talk.say(&format!("cancelled run {}", arguments.run));
    Ok(Outcome::Done)
}
