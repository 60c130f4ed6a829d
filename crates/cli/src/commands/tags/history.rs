//! `portolan tags history`.

use clap::Args;
use jiff::Timestamp;
use portolan_oci::Digest;
use portolan_store::StoreError;
use portolan_transport::Endpoint;
use serde::Serialize;

use super::own_tag;
use crate::arguments::parse_endpoint;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;
use crate::output::Table;

/// Shows what a tag of our own store named, the last first
#[derive(Debug, Args)]
#[command(after_help = "\
Printed is what happened in each revision of the repository; as JSON: {\"events\": [{\"revision\", \"at\", \"digest\",
\"cause\", \"actor\"}]}; without a digest the tag was deleted.

Examples:
  portolan tags history store:base/debian:12")]
pub(super) struct HistoryArguments {
    /// The tag, as store:REPOSITORY:TAG
    #[arg(value_name = "TAG", value_parser = parse_endpoint)]
    tag: Endpoint,
    /// Only what was before this revision
    #[arg(long, value_name = "REVISION")]
    before: Option<u64>,
}

#[derive(Serialize)]
struct History {
    events: Vec<Event>,
}

#[derive(Serialize)]
struct Event {
    revision: u64,
    at: Timestamp,
    digest: Option<Digest>,
    cause: &'static str,
    actor: String,
}

pub(super) async fn run(arguments: &HistoryArguments, context: &Context) -> Result<Outcome, CliError> {
    let (repository, tag) = own_tag(&arguments.tag)?;
    let failed = |cause: StoreError| Failure::other("cannot read the history", cause);
    let store = context.store()?.store().await.map_err(failed)?;
    let events =
        store.repository(repository.clone()).tag_history(tag, arguments.before).await.map_err(failed)?;
    if events.is_empty() && arguments.before.is_none() {
        return Err(Failure::NotFound(format!("{} was never there", arguments.tag)).into());
    }
    let events = events.into_iter().map(|event| Event {
        revision: event.revision,
        at: event.at,
        digest: event.digest,
        cause: event.cause.name(),
        actor: event.actor,
    });
    context.output.data(&History { events: events.collect() }, |history| {
        let mut table = Table::default();
        for event in &history.events {
            let named = event.digest.map_or_else(|| "deleted".to_owned(), |digest| digest.to_string());
            let (revision, at) = (event.revision.to_string(), format!("{:.0}", event.at));
            table.row([revision.as_str(), &at, &named, event.cause, &event.actor]);
        }
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
