//! `portolan token list`.

use clap::Args;
use jiff::Timestamp;
use portolan_server::wire::TokenData;
use serde::Serialize;

use crate::context::Context;
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
pub(super) struct ListArguments {}

#[derive(Serialize)]
struct Tokens {
    tokens: Vec<TokenData>,
}

fn cells(token: &TokenData) -> [String; 5] {
    let used = token.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at:.0}"));
    [token.name.clone(), token.user.clone(), token.state.name().to_owned(), used, token.note.clone()]
}

pub(super) async fn run(context: &Context) -> Result<Outcome, CliError> {
    let (tokens, now) = (context.access().await?.tokens().await?, Timestamp::now());
    let data = Tokens { tokens: tokens.into_iter().map(|token| TokenData::of(token, now)).collect() };
    context.output.data(&data, |data| {
        let mut table = Table::default();
        data.tokens.iter().for_each(|token| table.row(cells(token)));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
