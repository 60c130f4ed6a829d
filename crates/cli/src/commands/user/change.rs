//! What changes a user.

use clap::Args;
use portolan_catalog::{Grant, RepositoryPattern, Role, UserName};

use super::parse_grant;
use crate::ask;
use crate::context::Context;
use crate::control::{Change, Changed, DaemonArguments};
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
    #[command(flatten)]
    daemon: DaemonArguments,
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
    #[command(flatten)]
    daemon: DaemonArguments,
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
    #[command(flatten)]
    daemon: DaemonArguments,
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
    #[command(flatten)]
    daemon: DaemonArguments,
}

/// Shuts a user out, with all his tokens, until he is enabled again
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user disable anna")]
pub(super) struct DisableArguments {
    /// His name
    name: UserName,
    #[command(flatten)]
    daemon: DaemonArguments,
}

/// Lets a user in again who was disabled
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user enable anna")]
pub(super) struct EnableArguments {
    /// His name
    name: UserName,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn grant(arguments: &GrantArguments, context: &Context) -> Result<Outcome, CliError> {
    let GrantArguments { name, grant, daemon } = arguments;
    change(name, Change::Grant(grant.clone()), (daemon, context)).await
}

pub(super) async fn revoke(arguments: &RevokeArguments, context: &Context) -> Result<Outcome, CliError> {
    let RevokeArguments { name, pattern, daemon } = arguments;
    change(name, Change::Revoke(pattern.clone()), (daemon, context)).await
}

pub(super) async fn role(arguments: &RoleArguments, context: &Context) -> Result<Outcome, CliError> {
    let RoleArguments { name, role, daemon } = arguments;
    change(name, Change::Role((*role).into()), (daemon, context)).await
}

pub(super) async fn password(
    arguments: &SetPasswordArguments,
    context: &Context,
) -> Result<Outcome, CliError> {
    let password = if arguments.none { None } else { Some(arguments.password.new_one()?) };
    change(&arguments.name, Change::Password(password), (&arguments.daemon, context)).await
}

pub(super) async fn disable(arguments: &DisableArguments, context: &Context) -> Result<Outcome, CliError> {
    change(&arguments.name, Change::Disable, (&arguments.daemon, context)).await
}

pub(super) async fn enable(arguments: &EnableArguments, context: &Context) -> Result<Outcome, CliError> {
    change(&arguments.name, Change::Enable, (&arguments.daemon, context)).await
}

async fn change(
    name: &UserName,
    change: Change,
    (daemon, context): (&DaemonArguments, &Context),
) -> Result<Outcome, CliError> {
    match daemon.people(context)?.change_user(name, change).await? {
        Changed::Now => context.talk.say(&format!("changed {name}")),
        Changed::Before => context.talk.say(&format!("{name} was so already")),
    }
    Ok(Outcome::Done)
}
