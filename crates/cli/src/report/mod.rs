//! What became of images, for people and for programs: one shape for all commands that copy.

mod pruned;

use portolan_catalog::RunTotals;
use portolan_oci::Digest;
use portolan_server::wire::Tense;
use portolan_sync::{CopyReport, ImageOutcome, RunReport, SyncReport, Tally, TargetReport};
use serde::Serialize;

pub(crate) use self::pruned::PrunedImage;
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
    left_out: u64,
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
            let image = Image::new(source, report.digest, target);
            self.totals.count(&image);
            self.images.push(Line::Wanted(image));
        }
    }

    /// Adds what a run of a mirror did. Its totals also count what it does not tell of one by one.
    pub(crate) fn add_run(&mut self, run: &SyncReport) {
        self.totals.add(run);
        for RunReport { source, report } in &run.images {
            let images = report.targets.iter().map(|target| Image::new(source, report.digest, target));
            self.images.extend(images.map(Line::Wanted));
        }
        self.images.extend(PrunedImage::all(&run.prune, Tense::Did).into_iter().map(Line::Pruned));
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
    fn count(&mut self, image: &Image) {
        self.images += 1;
        match image.outcome {
            Became::Copied => self.copied += 1,
            Became::Skipped => self.skipped += 1,
            Became::Failed => self.failed += 1,
        }
        self.blobs += image.tally.blobs_uploaded;
        self.mounted += image.tally.blobs_mounted;
        self.bytes += image.tally.bytes_sent;
    }

    fn add(&mut self, run: &SyncReport) {
        let RunTotals { images, copied, skipped, deleted, failed, blobs, mounted, bytes } = run.totals;
        self.images += images;
        self.copied += copied;
        self.skipped += skipped;
        self.deleted += deleted;
        self.failed += failed;
        self.left_out += run.left_out;
        self.blobs += blobs;
        self.mounted += mounted;
        self.bytes += bytes;
        self.held_back += run.prune.held_back() as u64;
    }

    fn line(&self) -> String {
        format!(
            "{} copied, {} unchanged, {} failed{}{}: {} sent, {} mounted, {}\n",
            self.copied,
            self.skipped,
            self.failed,
            gone(self.deleted, self.held_back),
            part(self.left_out, "left out by their type"),
            Count(self.blobs, "blob"),
            self.mounted,
            Bytes(self.bytes)
        )
    }
}

impl Image {
    fn new(source: &str, digest: Option<Digest>, target: &TargetReport) -> Self {
        let outcome = match target.outcome {
            ImageOutcome::Copied => Became::Copied,
            ImageOutcome::Unchanged => Became::Skipped,
            ImageOutcome::Failed(_) => Became::Failed,
        };
        Self {
            source: source.to_owned(),
            target: target.target.clone(),
            digest,
            outcome,
            from: target.from.filter(|_| matches!(outcome, Became::Copied)),
            bytes: target.tally.bytes_sent,
            error: target.failure().map(|cause| chain(cause)),
            tally: target.tally,
        }
    }

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
    part(deleted, "deleted") + &part(held_back, "held back for later runs")
}

/// A part of a line of totals: nothing where there is nothing to count.
pub(crate) fn part(number: u64, what: &str) -> String {
    if number > 0 { format!(", {number} {what}") } else { String::new() }
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
