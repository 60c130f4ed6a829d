//! What became of images, for people and for programs: one shape for all commands that copy.

mod pruned;

use portolan_oci::Digest;
use portolan_sync::{CopyError, CopyReport, ImageOutcome, PruneReport, Tally, TargetReport};
use serde::Serialize;

pub(crate) use self::pruned::{PrunedImage, Tense};
use crate::error::chain;
use crate::output::{Bytes, Count, Table};

/// What became of all images, for programs.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    totals: Totals,
    images: Vec<Line>,
}

/// What became of an image that is wanted, or of one that no longer is.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Line {
    Wanted(Image),
    Pruned(PrunedImage),
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
    #[serde(skip)]
    held_back: u64,
}

#[derive(Debug, Serialize)]
struct Image {
    source: String,
    target: String,
    digest: Option<Digest>,
    outcome: Became,
    /// What had the name before, if that was another image.
    from: Option<Digest>,
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

impl Report {
    /// Adds what became of one image.
    pub(crate) fn add(&mut self, source: &str, report: &CopyReport) {
        for target in &report.targets {
            let tally = target.tally;
            let outcome = match target.outcome {
                ImageOutcome::Copied => Became::Copied,
                ImageOutcome::Unchanged => Became::Skipped,
                ImageOutcome::Failed(_) => Became::Failed,
            };
            let totals = &mut self.totals;
            totals.images += 1;
            match outcome {
                Became::Copied => totals.copied += 1,
                Became::Skipped => totals.skipped += 1,
                Became::Failed => totals.failed += 1,
            }
            totals.blobs += tally.blobs_uploaded;
            totals.mounted += tally.blobs_mounted;
            totals.bytes += tally.bytes_sent;
            self.images.push(Line::Wanted(Image {
                source: source.to_owned(),
                target: target.target.clone(),
                digest: report.image.as_ref().map(|image| image.digest),
                outcome,
                from: target.from.filter(|_| matches!(outcome, Became::Copied)),
                bytes: tally.bytes_sent,
                error: failure(target).map(|cause| chain(cause)),
                tally,
            }));
        }
    }

    /// Adds what became of what a mirror no longer wants.
    pub(crate) fn add_pruned(&mut self, report: &PruneReport) {
        self.totals.deleted += report.deleted() as u64;
        self.totals.held_back += report.held_back() as u64;
        self.images.extend(PrunedImage::all(report, Tense::Did).into_iter().map(Line::Pruned));
    }

    /// A line for each image.
    pub(crate) fn lines(&self) -> String {
        Self::table(&self.images)
    }

    /// A line for each image with which something was to be done, and one for the whole.
    pub(crate) fn changes(&self) -> String {
        let changed = self.images.iter().filter(|line| line.is_change());
        format!("{}{}", Self::table(changed), self.totals.line())
    }

    fn table<'a>(images: impl IntoIterator<Item = &'a Line>) -> String {
        let mut table = Table::default();
        for image in images {
            table.row(image.cells());
        }
        table.to_string()
    }
}

impl Line {
    fn is_change(&self) -> bool {
        match self {
            Self::Wanted(image) => !matches!(image.outcome, Became::Skipped),
            Self::Pruned(pruned) => pruned.is_shown(),
        }
    }

    fn cells(&self) -> Vec<String> {
        match self {
            Self::Wanted(image) => image.cells(),
            Self::Pruned(pruned) => pruned.cells(),
        }
    }
}

impl Totals {
    fn line(&self) -> String {
        format!(
            "{} copied, {} unchanged, {} failed{}: {} sent, {} mounted, {}\n",
            self.copied,
            self.skipped,
            self.failed,
            gone(self.deleted, self.held_back),
            Count(self.blobs, "blob"),
            self.mounted,
            Bytes(self.bytes)
        )
    }
}

impl Image {
    fn cells(&self) -> Vec<String> {
        let outcome = match self.outcome {
            Became::Copied if self.from.is_some() => "moved",
            Became::Copied => "copied",
            Became::Skipped => "unchanged",
            Became::Failed => "failed",
        };
        let mut cells = vec![outcome.to_owned(), format!("{} -> {}", self.source, self.target)];
        cells.extend(self.digest.map(|digest| digest.to_string()));
        if matches!(self.outcome, Became::Copied) {
            let was = self.from.map(|from| format!("was {from} ")).unwrap_or_default();
            cells.push(format!("{was}{}", done(&self.tally)));
        }
        cells
    }
}

/// What is said of deletions: nothing where there are none.
fn gone(deleted: u64, held_back: u64) -> String {
    let part = |number: u64, what: &str| (number > 0).then(|| format!(", {number} {what}"));
    [part(deleted, "deleted"), part(held_back, "held back for later runs")].into_iter().flatten().collect()
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

/// Why an image is not at a target, if it is not.
pub(crate) fn failure(target: &TargetReport) -> Option<&CopyError> {
    match &target.outcome {
        ImageOutcome::Failed(cause) => Some(cause),
        ImageOutcome::Copied | ImageOutcome::Unchanged => None,
    }
}
