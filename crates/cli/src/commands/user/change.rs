//! What changes a user.

use clap::Args;
use portolan_catalog::{ChangeUser, Grant, RepositoryPattern, Role, UserChange, UserName};
use portolan_server::access::hash;

use super::{parse_grant, unknown};
use crate::actor::actor;
use crate::ask;
use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Lets a user do something in some repositories
///
/// What he was granted before by the same pattern is replaced.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user grant anna 'team/**=pull,push,delete'
  portolan user grant anna '**=pull'")]
pub(super) struct GrantArguments {
    /// His name
    name: UserName,
    /// Where he may do what
    #[arg(value_name = "PATTERN=ACTIONS", value_parser = parse_grant)]
    grant: Grant,
}

/// Takes back what a user was granted by a pattern
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user revoke anna 'team/**'")]
pub(super) struct RevokeArguments {
    /// His name
    name: UserName,
    /// The pattern, as it was granted
    pattern: RepositoryPattern,
}

/// Makes a user an admin, who may do everything everywhere, or a member, who may do what he is granted
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user role anna admin")]
pub(super) struct RoleArguments {
    /// His name
    name: UserName,
    /// `member` or `admin`
    role: Role,
}

/// Gives a user another password
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user password anna
  portolan user password build --none")]
pub(super) struct SetPasswordArguments {
    /// His name
    name: UserName,
    /// Takes his password away: he logs in by tokens only
    #[arg(long, conflicts_with = "password_stdin")]
    none: bool,
    #[command(flatten)]
    password: ask::PasswordArguments,
}

/// Shuts a user out, with all his tokens, until he is enabled again
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user disable anna")]
pub(super) struct DisableArguments {
    /// His name
    name: UserName,
}

/// Lets a user in again who was disabled
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user enable anna")]
pub(super) struct EnableArguments {
    /// His name
    name: UserName,
}

pub(super) async fn grant(arguments: &GrantArguments, context: &Context) -> Result<Outcome, CliError> {
    change(&arguments.name, UserChange::Grant(arguments.grant.clone()), context).await
}

pub(super) async fn revoke(arguments: &RevokeArguments, context: &Context) -> Result<Outcome, CliError> {
    change(&arguments.name, UserChange::Revoke(arguments.pattern.clone()), context).await
}

pub(super) async fn role(arguments: &RoleArguments, context: &Context) -> Result<Outcome, CliError> {
    change(&arguments.name, UserChange::Role(arguments.role), context).await
}

pub(super) async fn password(
    arguments: &SetPasswordArguments,
    context: &Context,
) -> Result<Outcome, CliError> {
    let password = if arguments.none {
        None
    } else {
        let password = arguments.password.new_one()?;
        Some(hash(&password).map_err(|error| ask::usage(&error.to_string()))?)
    };
    change(&arguments.name, UserChange::Password(password), context).await
}

pub(super) async fn disable(arguments: &DisableArguments, context: &Context) -> Result<Outcome, CliError> {
    change(&arguments.name, UserChange::Disable, context).await
}

pub(super) async fn enable(arguments: &EnableArguments, context: &Context) -> Result<Outcome, CliError> {
    change(&arguments.name, UserChange::Enable, context).await
}

async fn change(name: &UserName, change: UserChange, context: &Context) -> Result<Outcome, CliError> {
    match context.access().await?.change_user(name, &change, &actor()).await? {
        ChangeUser::Changed => context.talk.say(&format!("changed {name}")),
        ChangeUser::Unchanged => context.talk.say(&format!("{name} was so already")),
        ChangeUser::NoSuchUser => return Err(unknown(name)),
    }
    Ok(Outcome::Done)
}
