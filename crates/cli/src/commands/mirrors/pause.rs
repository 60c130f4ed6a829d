//! `portolan mirrors pause`.

use clap::Args;

use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Keeps mirrors from being run by the daemon
#[derive(Debug, Args)]
#[command(after_help = "\
They stay paused until they are resumed, also when the daemon is started anew. A run that is under way is ended within
a minute; what it brought stays. `portolan sync` by hand runs them all the same.

Examples:
  portolan mirrors pause base-images
  portolan mirrors pause base-images tools")]
pub(super) struct PauseArguments {
    /// The mirrors
    #[arg(value_name = "MIRROR", required = true)]
    mirrors: Vec<String>,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &PauseArguments, context: &Context) -> Result<Outcome, CliError> {
    let control = arguments.daemon.control(context)?;
    for mirror in &arguments.mirrors {
        control.pause(mirror).await?;
        context.talk.say(&format!("paused {mirror}"));
    }
    Ok(Outcome::Done)
}
