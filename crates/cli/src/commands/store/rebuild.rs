//! `portolan store rebuild`.

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Makes the catalogue of the store again, after its database was lost
///
/// Manifests, tags and their history are read from the records that lie beside the blobs. What only the database
/// knew does not come back: runs of mirrors, upload sessions, and blobs that no manifest names yet. No other process
/// may have the store open.
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: {\"repositories\", \"manifests\", \"tags\", \"blobs\", \"packed\", \"wrong\": []}

Examples:
  portolan store rebuild
  portolan store rebuild && portolan store verify")]
pub(super) struct RebuildArguments {}

#[derive(Serialize)]
struct Report {
    repositories: u64,
    manifests: u64,
    tags: u64,
    blobs: u64,
    packed: u64,
    /// What could not be made again, a line each.
    wrong: Vec<String>,
}

pub(super) async fn run(_: &RebuildArguments, context: &Context) -> Result<Outcome, CliError> {
    let rebuilt = context.store()?.rebuild().await;
    let rebuilt = rebuilt.map_err(|cause| Failure::other("the catalogue cannot be made again", cause))?;
    let mut wrong = Vec::new();
    for (file, line) in &rebuilt.unreadable {
        wrong.push(format!("{file}:{line} cannot be read"));
    }
    wrong.extend(rebuilt.wrong_packs.iter().map(|pack| format!("pack {pack} is damaged")));
    for (repository, digest) in &rebuilt.wrong_manifests {
        wrong.push(format!("the record of {repository}@{digest} is damaged"));
    }
    for (repository, tag) in &rebuilt.lost_tags {
        wrong.push(format!("{repository}:{tag} names a manifest that was not found"));
    }
    let report = Report {
        repositories: rebuilt.repositories,
        manifests: rebuilt.manifests,
        tags: rebuilt.tags,
        blobs: rebuilt.blobs,
        packed: rebuilt.packed,
        wrong,
    };
    context.output.data(&report, text)?;
    Ok(if report.wrong.is_empty() { Outcome::Done } else { Outcome::Partial })
}

fn text(report: &Report) -> String {
    let Report { repositories, manifests, tags, blobs, packed, wrong } = report;
    let mut text: String = wrong.iter().map(|line| format!("{line}\n")).collect();
    text.push_str(&format!(
        "{repositories} repositories with {manifests} manifests and {tags} tags are there again, over {blobs} files \
         and {packed} packed objects\n"
    ));
    text
}
