//! `portolan mirrors resume`.

use clap::Args;

use super::work::chosen;
use crate::actor::actor;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Lets the daemon run mirrors again
#[derive(Debug, Args)]
#[command(after_help = "\
What was due meanwhile is made up for once, at once.

Examples:
  portolan mirrors resume base-images
  portolan mirrors resume base-images tools")]
pub(super) struct ResumeArguments {
    /// The mirrors
    #[arg(value_name = "MIRROR", required = true)]
    mirrors: Vec<String>,
}

pub(super) async fn run(arguments: &ResumeArguments, context: &Context) -> Result<Outcome, CliError> {
    let mirrors = chosen(&arguments.mirrors, context)?;
    let runs = context.books().await?.runs;
    for mirror in &mirrors {
        let done = runs.resume(mirror.name.as_str(), &actor()).await;
        done.map_err(|cause| Failure::other(format!("cannot resume {}", mirror.name), cause))?;
        context.talk.say(&format!("resumed {}", mirror.name));
    }
    Ok(Outcome::Done)
}
