//! `portolan token create`.

use clap::Args;
use jiff::Timestamp;
use portolan_catalog::{Grant, Grants, UserName};
use portolan_server::wire::{GrantData, NewTokenData};
use portolan_sync::settings::Period;

use crate::commands::user::parse_grant;
use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Makes a token for a user
///
/// It is printed now and never again: only a hash of it is kept.
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: {\"name\", \"token\", \"user\", \"expires_at\"}

Examples:
  portolan token create build --note 'the pipeline' --expires 90d
  portolan token create anna --only 'team/app=pull' > token.txt")]
pub(super) struct CreateArguments {
    /// Whose it is
    user: UserName,
    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    /// When it ends, from now
    #[arg(long, value_name = "PERIOD")]
    expires: Option<Period>,
    /// All that it allows of what its user may do (can be given several times)
    #[arg(long, value_name = "PATTERN=ACTIONS", value_parser = parse_grant)]
    only: Vec<Grant>,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &CreateArguments, context: &Context) -> Result<Outcome, CliError> {
    let user = &arguments.user;
    let expires_at = match arguments.expires {
        Some(period) => {
            let ends = Timestamp::now().checked_add(period.duration());
            Some(ends.map_err(|cause| Failure::other("cannot tell when the token ends", cause))?)
        }
        None => None,
    };
    let only = Grants::new(arguments.only.clone()).iter().map(GrantData::from).collect();
    let new = NewTokenData { note: arguments.note.clone(), only, expires_at };
    let made = arguments.daemon.people(context)?.create_token(user, new).await?;
    context.talk.say(&format!("token {} of {user}; it is shown only now", made.name));
    context.output.data(&made, |made| made.token.clone())?;
    Ok(Outcome::Done)
}
