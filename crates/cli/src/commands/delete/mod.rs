//! `portolan delete`.

mod doomed;

use clap::Args;
use portolan_oci::{Digest, Tag};
use portolan_transport::{Deleted, Endpoint, TransportError};
use serde::Serialize;

use self::doomed::Doomed;
use crate::arguments::parse_endpoint;
use crate::ask;
use crate::context::Context;
use crate::error::{CliError, Failure, chain};
use crate::outcome::Outcome;
use crate::output::Table;

/// Deletes tags or manifests
///
/// A tag goes alone: its manifest stays and can be read by digest. A manifest that is named by digest goes with
/// all its tags, which are told before. What is to be deleted is confirmed on a terminal; elsewhere --yes says
/// that it is meant.
#[derive(Debug, Args)]
#[command(after_help = "\
A registry that cannot delete a tag alone says so; its manifest is then deleted by digest, with all tags.

Examples:
  portolan delete registry.example.com/app:1.0-rc1
  portolan delete --yes oci:/mnt/usb/app:old
  portolan delete registry.example.com/app@sha256:28f9…

Printed is a line per image; as JSON:
  {\"deleted\": [{\"reference\", \"digest\", \"outcome\", \"tags\": [], \"error\"}]}")]
pub(crate) struct DeleteArguments {
    /// The tags or manifests
    #[arg(value_name = "REF", value_parser = parse_endpoint, required = true)]
    images: Vec<Endpoint>,
    /// Asks nothing
    #[arg(long, short)]
    yes: bool,
}

#[derive(Serialize)]
struct Report {
    deleted: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    reference: String,
    digest: Digest,
    outcome: Became,
    /// Tags that went with the manifest.
    tags: Vec<Tag>,
    error: Option<String>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Became {
    Tag,
    Manifest,
    Absent,
    Failed,
}

pub(super) async fn run(arguments: &DeleteArguments, context: &Context) -> Result<Outcome, CliError> {
    let mut all = Vec::new();
    for image in &arguments.images {
        all.push(Doomed::find(image, context).await?);
    }
    let told = || all.iter().for_each(|doomed| context.talk.insist(&doomed.told()));
    if !arguments.yes && !ask::confirmed(told, "Delete?")? {
        return Err(Failure::Refused("nothing was deleted".to_owned()).into());
    }
    let mut rows = Vec::new();
    let mut errors = Vec::new();
    for doomed in all {
        let ended = doomed.delete(context).await;
        let outcome = match &ended {
            Ok(Deleted::Tag) => Became::Tag,
            Ok(Deleted::Manifest(_)) => Became::Manifest,
            Ok(Deleted::NotThere) => Became::Absent,
            Err(_) => Became::Failed,
        };
        let error = ended.err();
        rows.push(Row {
            reference: doomed.name(),
            digest: doomed.digest,
            outcome,
            tags: if matches!(outcome, Became::Manifest) { doomed.tags.clone() } else { Vec::new() },
            error: error.as_ref().map(|error| chain(error)),
        });
        errors.push(match error {
            Some(error) => Some(explained(error, &doomed).await),
            None => None,
        });
    }
    context.output.data(&Report { deleted: rows }, text)?;
    let outcomes = errors.iter().map(|error| match error {
        Some(error) => error.report(context),
        None => Outcome::Done,
    });
    Ok(Outcome::of_all(outcomes.collect::<Vec<_>>()))
}

/// A failure with what can be done in its place.
async fn explained(error: TransportError, doomed: &Doomed) -> CliError {
    let unsupported = matches!(error, TransportError::Unsupported { .. });
    let error = CliError::from(error);
    if !unsupported {
        return error;
    }
    if !doomed.is_tag() {
        return error
            .with_hint("its owner may have to allow deleting (docker-registry: `storage.delete.enabled`)");
    }
    let others = match doomed.find_tags().await {
        Ok(tags) if tags.is_empty() => "no other tag".to_owned(),
        Ok(tags) => format!("the tags {}", doomed::names(&tags)),
        Err(_) => "tags that could not be listed".to_owned(),
    };
    error
        .with_hint("this registry does not delete a tag alone, only a manifest with all its tags")
        .with_hint(format!("the same manifest has {others}"))
        .with_hint(format!("portolan delete {}", doomed.by_digest()))
}

fn text(report: &Report) -> String {
    let mut table = Table::default();
    for row in &report.deleted {
        let tags =
            if row.tags.is_empty() { String::new() } else { format!(" with {}", doomed::names(&row.tags)) };
        let outcome = match row.outcome {
            Became::Tag | Became::Manifest => "deleted",
            Became::Absent => "absent",
            Became::Failed => "failed",
        };
        table.row([outcome.to_owned(), format!("{}{tags}", row.reference)]);
    }
    table.to_string()
}
