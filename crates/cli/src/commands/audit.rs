//! `portolan audit`.

use clap::Args;
use jiff::Timestamp;
use portolan_catalog::{AuditEntry, Change};
use portolan_sync::settings::Period;
use serde::Serialize;

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;
use crate::output::Table;

/// Shows who changed what: images, users and tokens
///
/// The last change first. Changes of images are kept for a week, those of users and tokens for ever.
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: {\"entries\": [{\"at\", \"actor\", \"action\", \"object\", \"detail\"}]}

Examples:
  portolan audit
  portolan audit --since 7d --limit 1000 --output json")]
pub(crate) struct AuditArguments {
    /// How far back
    #[arg(long, value_name = "PERIOD", default_value = "1d")]
    since: Period,
    /// Entries, at most
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: u32,
}

#[derive(Serialize)]
struct Entries {
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    at: Timestamp,
    actor: String,
    action: String,
    object: String,
    detail: String,
}

impl From<AuditEntry> for Entry {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { at, actor, action, object, detail, .. } = entry;
        Self { at, actor, action: action.to_string(), object, detail }
    }
}

impl From<Change> for Entry {
    fn from(change: Change) -> Self {
        let object = match &change.tag {
            Some(tag) => format!("{}:{tag}", change.repository),
            None => change.repository.to_string(),
        };
        let detail = match (change.previous, change.digest) {
            (Some(before), Some(now)) => format!("{before} -> {now}"),
            (before, now) => now.or(before).map(|digest| digest.to_string()).unwrap_or_default(),
        };
        Self {
            at: change.at,
            actor: change.by.actor().to_owned(),
            action: format!("{} ({})", change.kind.name(), change.by.cause.name()),
            object,
            detail,
        }
    }
}

pub(super) async fn run(arguments: &AuditArguments, context: &Context) -> Result<Outcome, CliError> {
    let since = Timestamp::now().checked_sub(arguments.since.duration());
    let since = since.map_err(|cause| Failure::other("cannot tell when that was", cause))?;
    let limit = arguments.limit;
    let of_access = context.access().await?.audit(since, limit).await?;
    let of_content = context.changes().await?.since(since, limit).await?;
    let mut entries: Vec<Entry> = of_access.into_iter().map(Entry::from).collect();
    entries.extend(of_content.into_iter().map(Entry::from));
    // Each of the two is in order: of the same time, later ones stay first.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    context.output.data(&Entries { entries }, |data| {
        let mut table = Table::default();
        for entry in &data.entries {
            let at = format!("{:.0}", entry.at);
            table.row([&at, &entry.actor, &entry.action, &entry.object, &entry.detail]);
        }
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
