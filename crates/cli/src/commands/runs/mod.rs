//! `portolan runs`: what became of mirrors, whoever ran them.

mod data;
mod list;
mod show;

use clap::{Args, Subcommand};

pub(super) use self::data::RunData;
use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Shows what became of runs of mirrors
#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    #[command(subcommand)]
    command: RunsCommand,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    List(list::ListArguments),
    Show(show::ShowArguments),
}

pub(super) async fn run(arguments: &RunsArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        RunsCommand::List(arguments) => list::run(arguments, context).await,
        RunsCommand::Show(arguments) => show::run(arguments, context).await,
    }
}
