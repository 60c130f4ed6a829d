//! `portolan user list`.

use clap::Args;
use portolan_server::wire::{GrantData, RoleWord, UserData};
use serde::Serialize;

use crate::context::Context;
use crate::control::DaemonArguments;
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
pub(super) struct ListArguments {
    #[command(flatten)]
    daemon: DaemonArguments,
}

#[derive(Serialize)]
struct Users {
    users: Vec<UserData>,
}

fn told(user: &UserData) -> String {
    let may = match user.role {
        RoleWord::Admin => "everything".to_owned(),
        RoleWord::Member if user.grants.is_empty() => "nothing yet".to_owned(),
        RoleWord::Member => user.grants.iter().map(GrantData::to_string).collect::<Vec<_>>().join("  "),
    };
    if user.disabled_at.is_some() { format!("disabled; {may}") } else { may }
}

pub(super) async fn run(arguments: &ListArguments, context: &Context) -> Result<Outcome, CliError> {
    let users = arguments.daemon.people(context)?.users().await?;
    if users.is_empty() {
        context.talk.say("there are no users: portolan user add NAME");
    }
    context.output.data(&Users { users }, |data| {
        let mut table = Table::default();
        let rows = data.users.iter().map(|user| [user.name.clone(), user.role.name().to_owned(), told(user)]);
        rows.for_each(|row| table.row(row));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
