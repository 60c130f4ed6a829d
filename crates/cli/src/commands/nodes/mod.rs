//! `portolan nodes`: the processes that share the catalogue.

mod list;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Shows the processes that share the database
#[derive(Debug, Args)]
pub(crate) struct NodesArguments {
    #[command(subcommand)]
    command: NodesCommand,
}

#[derive(Debug, Subcommand)]
enum NodesCommand {
    List(list::ListArguments),
}

pub(super) async fn run(arguments: &NodesArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        NodesCommand::List(arguments) => list::run(arguments, context).await,
    }
}
