//! The commands about mirrors: what is wanted (`explain`), what would be done (`plan`), doing it (`sync`), putting
//! back what that deleted (`undo`); and which there are (`mirrors`).

pub(super) mod explain;
mod limits;
mod list;
mod pause;
pub(super) mod plan;
mod resume;
mod run;
mod save;
pub(super) mod sync;
pub(super) mod undo;
pub(super) mod work;

use clap::{Args, Subcommand};

pub(super) use self::run::tell_asked;
use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Shows, pauses, resumes and runs mirrors
#[derive(Debug, Args)]
pub(crate) struct MirrorsArguments {
    #[command(subcommand)]
    command: MirrorsCommand,
}

#[derive(Debug, Subcommand)]
enum MirrorsCommand {
    List(list::ListArguments),
    Pause(pause::PauseArguments),
    Resume(resume::ResumeArguments),
    Run(run::RunArguments),
}

pub(super) async fn run(arguments: &MirrorsArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        MirrorsCommand::List(arguments) => list::run(arguments, context).await,
        MirrorsCommand::Pause(arguments) => pause::run(arguments, context).await,
        MirrorsCommand::Resume(arguments) => resume::run(arguments, context).await,
        MirrorsCommand::Run(arguments) => run::run(arguments, context).await,
    }
}
