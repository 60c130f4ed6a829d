//! `portolan token`: what programs log in to the daemon with.

mod create;
mod list;
mod revoke;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Manages the tokens that programs log in with
///
/// A token stands for its user: as the password with any user's name, or as a bearer token.
#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    Create(create::CreateArguments),
    List(list::ListArguments),
    Revoke(revoke::RevokeArguments),
}

pub(super) async fn run(arguments: &TokenArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        TokenCommand::Create(arguments) => create::run(arguments, context).await,
        TokenCommand::List(arguments) => list::run(arguments, context).await,
        TokenCommand::Revoke(arguments) => revoke::run(arguments, context).await,
    }
}
