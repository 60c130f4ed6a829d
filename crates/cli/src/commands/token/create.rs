//! `portolan token create`.

use clap::Args;
use jiff::Timestamp;
use portolan_catalog::{CreateToken, Grant, Grants, NewToken, UserName};
use portolan_sync::settings::Period;
use serde::Serialize;

use crate::actor::actor;
use crate::commands::user::{parse_grant, unknown};
use crate::context::Context;
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
}

#[derive(Serialize)]
struct Created {
    name: String,
    token: String,
    user: String,
    expires_at: Option<Timestamp>,
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
    let new = NewToken {
        user: user.clone(),
        note: arguments.note.clone(),
        narrowed: Grants::new(arguments.only.clone()),
        expires_at,
    };
    let CreateToken::Created(token) = context.access().await?.create_token(&new, &actor()).await? else {
        return Err(unknown(user));
    };
    let name = token.name().to_string();
    context.talk.say(&format!("token {name} of {user}; it is shown only now"));
    let data = Created { name, token: token.reveal(), user: user.to_string(), expires_at };
    context.output.data(&data, |data| data.token.clone())?;
    Ok(Outcome::Done)
}
