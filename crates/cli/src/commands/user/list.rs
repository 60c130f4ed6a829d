//! `portolan user list`.

use clap::Args;
use portolan_catalog::{Role, User};
use portolan_server::wire::UserData;
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;
use crate::output::Table;

/// Lists users and what they are granted
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: {\"users\": [{\"name\", \"role\", \"password\", \"grants\": [{\"repositories\", \"actions\": []}], \"created_at\",
\"disabled_at\"}]}; \"password\" is whether there is one.

Examples:
  portolan user list
  portolan user list --output json")]
pub(super) struct ListArguments {}

#[derive(Serialize)]
struct Users {
    users: Vec<UserData>,
}

fn told(user: &User) -> String {
    let may = match user.role {
        Role::Admin => "everything".to_owned(),
        Role::Member if user.grants.is_empty() => "nothing yet".to_owned(),
        Role::Member => {
            let grants = user.grants.iter().map(|grant| format!("{}={}", grant.pattern, grant.actions));
            grants.collect::<Vec<_>>().join("  ")
        }
    };
    if user.disabled_at.is_some() { format!("disabled; {may}") } else { may }
}

pub(super) async fn run(context: &Context) -> Result<Outcome, CliError> {
    let users = context.access().await?.users().await?;
    if users.is_empty() {
        context.talk.say("there are no users: portolan user add NAME");
    }
    let data = Users { users: users.iter().map(UserData::from).collect() };
    context.output.data(&data, |_| {
        let mut table = Table::default();
        let rows = users.iter().map(|user| [user.name.to_string(), user.role.to_string(), told(user)]);
        rows.for_each(|row| table.row(row));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
