//! `portolan user delete`.

use clap::Args;
use portolan_catalog::UserName;

use crate::ask;
use crate::context::Context;
use crate::control::DaemonArguments;
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
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &DeleteArguments, context: &Context) -> Result<Outcome, CliError> {
    let name = &arguments.name;
    let told = || context.talk.insist(&format!("{name}, with his grants and tokens"));
    if !arguments.yes && !ask::confirmed(told, "Delete?")? {
        return Err(Failure::Refused("nobody was deleted".to_owned()).into());
    }
    arguments.daemon.people(context)?.delete_user(name).await?;
    context.talk.say(&format!("deleted {name}"));
    Ok(Outcome::Done)
}
