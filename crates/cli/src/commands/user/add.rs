//! `portolan user add`.

use clap::Args;
use portolan_catalog::{AddUser, Grant, Grants, NewUser, Role, UserName};
use portolan_server::access::hash;

use super::parse_grant;
use crate::actor::actor;
use crate::ask::{self, PasswordArguments};
use crate::context::Context;
use crate::error::{CliError, Failure};
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
}

pub(super) async fn run(arguments: &AddArguments, context: &Context) -> Result<Outcome, CliError> {
    let name = arguments.name.clone();
    let password = if arguments.no_password {
        None
    } else {
        let password = arguments.password.new_one()?;
        Some(hash(&password).map_err(|error| ask::usage(&error.to_string()))?)
    };
    let role = if arguments.admin { Role::Admin } else { Role::Member };
    let grants = Grants::new(arguments.grant.clone());
    let idle = role == Role::Member && grants.is_empty();
    let user = NewUser { name: name.clone(), password, role, grants };
    if context.access().await?.add_user(&user, &actor()).await? == AddUser::Exists {
        let problem = format!("there is a user {name} already");
        return Err(
            CliError::from(Failure::Refused(problem)).with_hint("portolan user --help: what can be changed")
        );
    }
    context.talk.say(&format!("added {name}"));
    if idle {
        context.talk.say(&format!("nothing is granted yet: portolan user grant {name} 'team/**=pull,push'"));
    }
    if context.config()?.config.access.is_none() {
        context.talk.say("nobody is asked for a login until the configuration has `access:`");
    }
    Ok(Outcome::Done)
}
