//! `portolan mirrors pause`.

use clap::Args;

use super::work::chosen;
use crate::actor::actor;
use crate::context::Context;
use crate::error::{CliError, Failure};
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
}

pub(super) async fn run(arguments: &PauseArguments, context: &Context) -> Result<Outcome, CliError> {
    let mirrors = chosen(&arguments.mirrors, context)?;
    let runs = context.books().await?.runs;
    for mirror in &mirrors {
        let done = runs.pause(mirror.name.as_str(), &actor()).await;
        done.map_err(|cause| Failure::other(format!("cannot pause {}", mirror.name), cause))?;
        context.talk.say(&format!("paused {}", mirror.name));
    }
    Ok(Outcome::Done)
}
