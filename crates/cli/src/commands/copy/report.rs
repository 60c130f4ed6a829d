//! What is told about a copy that has ended.

use portolan_oci::{Digest, TagOrDigest};
use portolan_sync::{CopyError, CopyReport, ImageOutcome, Tally, TargetReport};
use portolan_transport::TransportError;
use serde::Serialize;

use super::plan::Plan;
use crate::context::Context;
use crate::error::{CliError, chain};
use crate::look::near;
use crate::outcome::Outcome;
use crate::output::{Bytes, Count, Table};

/// What became of all images, for programs.
#[derive(Debug, Default, Serialize)]
struct Report {
    totals: Totals,
    images: Vec<Image>,
}

#[derive(Debug, Default, Serialize)]
struct Totals {
    images: u64,
    copied: u64,
    skipped: u64,
    deleted: u64,
    failed: u64,
    blobs: u64,
    mounted: u64,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct Image {
    source: String,
    target: String,
    digest: Option<Digest>,
    outcome: Became,
    bytes: u64,
    error: Option<String>,
    #[serde(skip)]
    tally: Tally,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Became {
    Copied,
    Skipped,
    Failed,
}

/// Prints the report, and says what failed.
pub(super) async fn tell(plan: &Plan, report: &CopyReport, context: &Context) -> Result<Outcome, CliError> {
    let source = plan.request.source.location().with(Some(&plan.request.reference));
    context.output.data(&Report::new(&source, report), Report::lines)?;
    let interrupted = report.targets.iter().any(|to| matches!(failure(to), Some(CopyError::Cancelled)));
    if interrupted {
        context.talk.insist(&interruption(report));
    }
    let mut told = Vec::new();
    let mut outcomes = Vec::new();
    for target in &report.targets {
        let Some(cause) = failure(target) else {
            outcomes.push(Outcome::Done);
            continue;
        };
        let error = hinted(cause, plan).await;
        outcomes.push(error.outcome());
        let text = error.text(context);
        if !matches!(cause, CopyError::Cancelled) && !told.contains(&text) {
            context.talk.insist(&text);
            told.push(text);
        }
    }
    Ok(Outcome::of_all(outcomes))
}

fn failure(target: &TargetReport) -> Option<&CopyError> {
    match &target.outcome {
        ImageOutcome::Failed(cause) => Some(cause),
        ImageOutcome::Copied | ImageOutcome::Unchanged => None,
    }
}

/// The failure with what only this command knows: the tags that may have been meant, what an archive takes.
async fn hinted(cause: &CopyError, plan: &Plan) -> CliError {
    let error = CliError::from(cause.clone());
    match (cause, &plan.request.reference) {
        (CopyError::Source { cause, .. }, TagOrDigest::Tag(tag)) if cause.is_not_found() => {
            error.with_hints(near::tags(&*plan.request.source, tag).await)
        }
        (CopyError::Target { place, cause }, _)
            if place.starts_with("docker-archive:") && matches!(**cause, TransportError::Rejected { .. }) =>
        {
            error.with_hint(
"--platform OS/ARCH chooses one, --no-referrers leaves behind what refers to it; an oci-archive: takes all",
)
        }
        _ => error,
    }
}

fn interruption(report: &CopyReport) -> String {
    let (open, finished): (Vec<_>, Vec<_>) =
        report.targets.iter().partition(|target| matches!(failure(target), Some(CopyError::Cancelled)));
    let names = |targets: &[&TargetReport]| match targets {
        [] => "nothing".to_owned(),
        targets => targets.iter().map(|to| to.target.as_str()).collect::<Vec<_>>().join(", "),
    };
    let blobs: u64 = open.iter().map(|to| to.tally.blobs_uploaded + to.tally.blobs_mounted).sum();
    format!(
        "finished: {}\nnot finished: {} ({} there)\nthe same command goes on from here",
        names(&finished),
        names(&open),
        Count(blobs, "new blob")
    )
}

impl Report {
    fn new(source: &str, report: &CopyReport) -> Self {
        let mut all = Self::default();
        for target in &report.targets {
            let tally = target.tally;
            let outcome = match target.outcome {
                ImageOutcome::Copied => Became::Copied,
                ImageOutcome::Unchanged => Became::Skipped,
                ImageOutcome::Failed(_) => Became::Failed,
            };
            let totals = &mut all.totals;
            totals.images += 1;
            match outcome {
                Became::Copied => totals.copied += 1,
                Became::Skipped => totals.skipped += 1,
                Became::Failed => totals.failed += 1,
            }
            totals.blobs += tally.blobs_uploaded;
            totals.mounted += tally.blobs_mounted;
            totals.bytes += tally.bytes_sent;
            all.images.push(Image {
                source: source.to_owned(),
                target: target.target.clone(),
                digest: report.image.as_ref().map(|image| image.digest),
                outcome,
                bytes: tally.bytes_sent,
                error: failure(target).map(|cause| chain(cause)),
                tally,
            });
        }
        all
    }

    fn lines(&self) -> String {
        let mut table = Table::default();
        for image in &self.images {
            table.row(image.cells());
        }
        table.to_string()
    }
}

impl Image {
    fn cells(&self) -> Vec<String> {
        let outcome = match self.outcome {
            Became::Copied => "copied",
            Became::Skipped => "unchanged",
            Became::Failed => "failed",
        };
        let mut cells = vec![outcome.to_owned(), format!("{} -> {}", self.source, self.target)];
        cells.extend(self.digest.map(|digest| digest.to_string()));
        if matches!(self.outcome, Became::Copied) {
            cells.push(done(&self.tally));
        }
        cells
    }
}

fn done(tally: &Tally) -> String {
    format!(
        "({}, {} sent, {} mounted, {} already there, {})",
        Count(tally.manifests, "manifest"),
        Count(tally.blobs_uploaded, "blob"),
        tally.blobs_mounted,
        tally.blobs_present,
        Bytes(tally.bytes_sent)
    )
}
