//! `portolan user`: who may log in to the daemon, and what he may do there.

mod add;
mod change;
mod delete;
mod list;

use clap::{Args, Subcommand};
use portolan_catalog::{Actions, Grant, RepositoryPattern};

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Manages who may log in to the daemon, and what he may do there
///
/// Users count where the configuration has an `access:` section. A running daemon sees changes within a second.
#[derive(Debug, Args)]
pub(crate) struct UserArguments {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    Add(add::AddArguments),
    List(list::ListArguments),
    Grant(change::GrantArguments),
    Revoke(change::RevokeArguments),
    Role(change::RoleArguments),
    Password(change::SetPasswordArguments),
    Disable(change::DisableArguments),
    Enable(change::EnableArguments),
    Delete(delete::DeleteArguments),
}

pub(super) async fn run(arguments: &UserArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.command {
        UserCommand::Add(arguments) => add::run(arguments, context).await,
        UserCommand::List(arguments) => list::run(arguments, context).await,
        UserCommand::Grant(arguments) => change::grant(arguments, context).await,
        UserCommand::Revoke(arguments) => change::revoke(arguments, context).await,
        UserCommand::Role(arguments) => change::role(arguments, context).await,
        UserCommand::Password(arguments) => change::password(arguments, context).await,
        UserCommand::Disable(arguments) => change::disable(arguments, context).await,
        UserCommand::Enable(arguments) => change::enable(arguments, context).await,
        UserCommand::Delete(arguments) => delete::run(arguments, context).await,
    }
}

/// A grant on the command line: `team/**=pull,push`.
pub(super) fn parse_grant(text: &str) -> Result<Grant, String> {
    let (pattern, actions) =
        text.rsplit_once('=').ok_or_else(|| format!("`{text}` is no grant (written `team/**=pull,push`)"))?;
    let pattern: RepositoryPattern = pattern.parse().map_err(|error| format!("{error}"))?;
    let actions: Actions = actions.parse().map_err(|error| format!("{error}"))?;
    Ok(Grant { pattern, actions })
}
