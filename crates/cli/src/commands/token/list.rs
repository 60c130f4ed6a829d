//! `portolan token list`.

use clap::Args;
use jiff::Timestamp;
use portolan_catalog::ListedToken;
use serde::Serialize;

use crate::commands::user::GrantData;
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

#[derive(Serialize)]
struct TokenData {
    name: String,
    user: String,
    note: String,
    only: Vec<GrantData>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
    state: State,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Good,
    Expired,
    Revoked,
}

impl State {
    fn name(&self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl TokenData {
    fn of(token: ListedToken, now: Timestamp) -> Self {
        let state = match token {
            ListedToken { revoked_at: Some(_), .. } => State::Revoked,
            ListedToken { expires_at: Some(ends), .. } if ends <= now => State::Expired,
            _ => State::Good,
        };
        Self {
            name: token.name.to_string(),
            user: token.user.to_string(),
            only: token.narrowed.iter().map(GrantData::from).collect(),
            note: token.note,
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            used_at: token.used_at,
            state,
        }
    }

    fn cells(&self) -> [String; 5] {
        let used = self.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at:.0}"));
        [self.name.clone(), self.user.clone(), self.state.name().to_owned(), used, self.note.clone()]
    }
}

pub(super) async fn run(context: &Context) -> Result<Outcome, CliError> {
    let (tokens, now) = (context.access().await?.tokens().await?, Timestamp::now());
    let data = Tokens { tokens: tokens.into_iter().map(|token| TokenData::of(token, now)).collect() };
    context.output.data(&data, |data| {
        let mut table = Table::default();
        data.tokens.iter().for_each(|token| table.row(token.cells()));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
