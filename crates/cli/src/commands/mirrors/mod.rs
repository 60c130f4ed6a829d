//! The commands about mirrors: what is wanted (`explain`), what would be done (`plan`), doing it (`sync`), putting
//! back what that deleted (`undo`); and which there are (`mirrors list`).

pub(super) mod explain;
mod limits;
mod list;
pub(super) mod plan;
mod save;
pub(super) mod sync;
pub(super) mod undo;
pub(super) mod work;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Shows the mirrors of the configuration
#[derive(Debug, Args)]
pub(crate) struct MirrorsArguments {
    #[command(subcommand)]
    command: MirrorsCommand,
}

#[derive(Debug, Subcommand)]
enum MirrorsCommand {
    List(list::ListArguments),
}

pub(super) async fn run(arguments: &MirrorsArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        MirrorsCommand::List(_) => list::run(context).await,
    }
}
