//! `portolan token list`.

use clap::Args;
use portolan_server::wire::TokenData;
use serde::Serialize;

use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;
use crate::output::Table;

/// Lists tokens, without what is secret of them
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: {\"tokens\": [{\"name\", \"user\", \"note\", \"only\": [{\"repositories\", \"actions\": []}], \"created_at\",
\"expires_at\", \"revoked_at\", \"used_at\", \"state\"}]}; \"state\" is `good`, `expired` or `revoked`.

Examples:
  portolan token list
  portolan token list --output json")]
pub(super) struct ListArguments {
    #[command(flatten)]
    daemon: DaemonArguments,
}

#[derive(Serialize)]
struct Tokens {
    tokens: Vec<TokenData>,
}

fn cells(token: &TokenData) -> [String; 5] {
    let used = token.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at:.0}"));
    [token.name.clone(), token.user.clone(), token.state.name().to_owned(), used, token.note.clone()]
}

pub(super) async fn run(arguments: &ListArguments, context: &Context) -> Result<Outcome, CliError> {
    let tokens = arguments.daemon.people(context)?.tokens().await?;
    context.output.data(&Tokens { tokens }, |data| {
        let mut table = Table::default();
        data.tokens.iter().for_each(|token| table.row(cells(token)));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
