//! `portolan mirrors resume`.

use clap::Args;

use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
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
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &ResumeArguments, context: &Context) -> Result<Outcome, CliError> {
    let control = arguments.daemon.control(context)?;
    for mirror in &arguments.mirrors {
        control.resume(mirror).await?;
        context.talk.say(&format!("resumed {mirror}"));
    }
    Ok(Outcome::Done)
}
