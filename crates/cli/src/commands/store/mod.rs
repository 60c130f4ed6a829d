//! `portolan store`: taking care of what lies in the store.

mod gc;
mod rebuild;
mod refill;
mod verify;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Takes care of the store
#[derive(Debug, Args)]
pub(crate) struct StoreArguments {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Debug, Subcommand)]
enum StoreCommand {
    Gc(gc::GcArguments),
    Verify(verify::VerifyArguments),
    Rebuild(rebuild::RebuildArguments),
}

pub(super) async fn run(arguments: &StoreArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        StoreCommand::Gc(arguments) => gc::run(arguments, context).await,
        StoreCommand::Verify(arguments) => verify::run(arguments, context).await,
        StoreCommand::Rebuild(arguments) => rebuild::run(arguments, context).await,
    }
}
