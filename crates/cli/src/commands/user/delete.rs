//! `portolan user delete`.

use clap::Args;
use portolan_catalog::{DeleteUser, UserName};

use super::unknown;
use crate::actor::actor;
use crate::ask;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Deletes a user with his grants and tokens
///
/// What he did stays in the audit log. To shut him out for a while, disable him.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user delete anna
  portolan user delete anna --yes")]
pub(super) struct DeleteArguments {
    /// His name
    name: UserName,
    /// Deletes without asking
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(arguments: &DeleteArguments, context: &Context) -> Result<Outcome, CliError> {
    let name = &arguments.name;
    let told = || context.talk.insist(&format!("{name}, with his grants and tokens"));
    if !arguments.yes && !ask::confirmed(told, "Delete?")? {
        return Err(Failure::Refused("nobody was deleted".to_owned()).into());
    }
    match context.access().await?.delete_user(name, &actor()).await? {
        DeleteUser::Deleted => context.talk.say(&format!("deleted {name}")),
        DeleteUser::NoSuchUser => return Err(unknown(name)),
    }
    Ok(Outcome::Done)
}
