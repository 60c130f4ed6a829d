//! `portolan nodes`: the processes that share the catalogue.

mod list;
mod work;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Shows the processes that share the database, or makes this one work for the others
#[derive(Debug, Args)]
pub(crate) struct NodesArguments {
    #[command(subcommand)]
    command: NodesCommand,
}

#[derive(Debug, Subcommand)]
enum NodesCommand {
    List(list::ListArguments),
    Work(work::WorkArguments),
}

pub(super) async fn run(arguments: &NodesArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        NodesCommand::List(arguments) => list::run(arguments, context).await,
        NodesCommand::Work(arguments) => work::run(arguments, context).await,
    }
}
