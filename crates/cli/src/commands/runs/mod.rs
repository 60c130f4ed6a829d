//! `portolan runs`: what became of mirrors, whoever ran them.

mod cancel;
mod data;
mod follow;
mod list;
mod retry;
mod show;

use clap::{Args, Subcommand};

pub(super) use self::data::words;
use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Shows what became of runs of mirrors, follows, cancels and retries them
#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    #[command(subcommand)]
    command: RunsCommand,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    List(list::ListArguments),
    Show(show::ShowArguments),
    Follow(follow::FollowArguments),
    Cancel(cancel::CancelArguments),
    Retry(retry::RetryArguments),
}

pub(super) async fn run(arguments: &RunsArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        RunsCommand::List(arguments) => list::run(arguments, context).await,
        RunsCommand::Show(arguments) => show::run(arguments, context).await,
        RunsCommand::Follow(arguments) => follow::run(arguments, context).await,
        RunsCommand::Cancel(arguments) => cancel::run(arguments, context).await,
        RunsCommand::Retry(arguments) => retry::run(arguments, context).await,
    }
}
