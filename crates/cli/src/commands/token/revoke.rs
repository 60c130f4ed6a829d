//! `portolan token revoke`.

use clap::Args;
use portolan_catalog::{RevokeToken, TokenName};

use crate::actor::actor;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Revokes a token: from now on it is refused
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan token list
  portolan token revoke 0123456789")]
pub(super) struct RevokeArguments {
    /// The token's name: the ten digits behind `ptl_`
    name: TokenName,
}

pub(super) async fn run(arguments: &RevokeArguments, context: &Context) -> Result<Outcome, CliError> {
    let name = arguments.name;
    match context.access().await?.revoke_token(name, &actor()).await? {
        RevokeToken::Revoked => context.talk.say(&format!("revoked {name}")),
        RevokeToken::Before => context.talk.say(&format!("{name} was revoked before")),
        RevokeToken::NoSuchToken => {
            let problem = format!("there is no token {name}");
            return Err(CliError::from(Failure::NotFound(problem)).with_hint("portolan token list"));
        }
    }
    Ok(Outcome::Done)
}
