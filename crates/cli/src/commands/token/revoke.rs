//! `portolan token revoke`.

use clap::Args;
use portolan_catalog::TokenName;

use crate::context::Context;
use crate::control::{Changed, DaemonArguments};
use crate::error::CliError;
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
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(super) async fn run(arguments: &RevokeArguments, context: &Context) -> Result<Outcome, CliError> {
    let name = arguments.name;
    match arguments.daemon.people(context)?.revoke_token(name).await? {
        Changed::Now => context.talk.say(&format!("revoked {name}")),
        Changed::Before => context.talk.say(&format!("{name} was revoked before")),
    }
    Ok(Outcome::Done)
}
