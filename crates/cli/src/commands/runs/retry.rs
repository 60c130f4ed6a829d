//! `portolan runs retry`.

use clap::Args;

use super::super::mirrors::tell_asked;
use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Has a daemon do what failed in a run
///
/// Of its mirror it must be the last one. After a run that was interrupted or cancelled all images are seen to.
/// `portolan sync --failed` does it here instead.
#[derive(Debug, Args)]
#[command(after_help = "\
A daemon that is named begins at once; one that works on the database of the configuration within a minute. As JSON,
{\"mirror\", \"asked_at\", \"run\"}; \"run\" is the number of the run that does it, if it has begun.

Examples:
  portolan runs retry 17
  portolan runs retry 17 --daemon images.example.com")]
pub(super) struct RetryArguments {
    /// The number of the run
    #[arg(value_name = "RUN")]
    run: i64,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &RetryArguments, context: &Context) -> Result<Outcome, CliError> {
    let asked = arguments.daemon.control(context)?.retry(arguments.run).await?;
    tell_asked(&asked, context)?;
    Ok(Outcome::Done)
}
