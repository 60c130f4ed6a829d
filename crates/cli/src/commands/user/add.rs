//! `portolan user add`.

use clap::Args;
use portolan_catalog::{Grant, Grants, UserName};
use portolan_server::wire::{GrantData, NewUserData, RoleWord};

use super::parse_grant;
use crate::ask::PasswordArguments;
use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Adds a user
///
/// The password is asked for on a terminal. Grants name repositories by globs: `*` stops at a slash, `**` does not.
/// Who pushes needs `pull` too: clients look first at what is there.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan user add anna --grant 'team/**=pull,push' --grant 'base/**=pull'
  portolan user add root --admin --password-stdin < password.txt
  portolan user add build --no-password --grant 'team/**=pull,push'   then: portolan token create build")]
pub(super) struct AddArguments {
    /// His name
    name: UserName,
    /// He may do everything everywhere
    #[arg(long, conflicts_with = "grant")]
    admin: bool,
    /// What he may do, and where (can be given several times)
    #[arg(long, value_name = "PATTERN=ACTIONS", value_parser = parse_grant)]
    grant: Vec<Grant>,
    /// He logs in by tokens only
    #[arg(long, conflicts_with = "password_stdin")]
    no_password: bool,
    #[command(flatten)]
    password: PasswordArguments,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &AddArguments, context: &Context) -> Result<Outcome, CliError> {
    let name = &arguments.name;
    let password = if arguments.no_password { None } else { Some(arguments.password.new_one()?) };
    let role = if arguments.admin { RoleWord::Admin } else { RoleWord::Member };
    let grants: Vec<GrantData> = Grants::new(arguments.grant.clone()).iter().map(GrantData::from).collect();
    let idle = role == RoleWord::Member && grants.is_empty();
    let new = NewUserData { name: name.to_string(), role, password, grants };
    arguments.daemon.people(context)?.add_user(new).await?;
    context.talk.say(&format!("added {name}"));
    if idle {
        context.talk.say(&format!("nothing is granted yet: portolan user grant {name} 'team/**=pull,push'"));
    }
    Ok(Outcome::Done)
}
