//! A run as it is shown.

use jiff::Timestamp;
use portolan_catalog::{Run, RunTotals};
use serde::Serialize;

use crate::output::Bytes;

/// A run of a mirror.
#[derive(Debug, Serialize)]
pub(in crate::commands) struct RunData {
    pub(super) id: i64,
    pub(super) mirror: String,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    outcome: &'static str,
    totals: Totals,
}

#[derive(Debug, Serialize)]
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

impl From<RunTotals> for Totals {
    fn from(totals: RunTotals) -> Self {
        let RunTotals { images, copied, skipped, deleted, failed, blobs, mounted, bytes } = totals;
        Self { images, copied, skipped, deleted, failed, blobs, mounted, bytes }
    }
}

impl From<Run> for RunData {
    fn from(run: Run) -> Self {
        Self {
            id: run.id.get(),
            mirror: run.mirror,
            started_at: run.started_at,
            ended_at: run.ended.map(|ended| ended.at),
            outcome: run.ended.map_or("running", |ended| ended.outcome.name()),
            totals: run.totals.into(),
        }
    }
}

impl RunData {
    /// When and how it ended, in words.
    pub(in crate::commands) fn words(&self) -> String {
        format!("{} {:.0}", self.outcome, self.started_at)
    }

    /// What it did, in words.
    pub(super) fn did(&self) -> String {
        let Totals { copied, skipped, deleted, failed, bytes, .. } = self.totals;
        let numbers =
            [(copied, "copied"), (skipped, "there already"), (deleted, "deleted"), (failed, "failed")];
        let said = numbers.iter().filter(|(number, _)| *number > 0);
        let said: Vec<String> = said.map(|(number, word)| format!("{number} {word}")).collect();
        if bytes > 0 { format!("{}, {}", said.join(", "), Bytes(bytes)) } else { said.join(", ") }
    }

    pub(super) fn cells(&self) -> [String; 5] {
        let at = format!("{:.0}", self.started_at);
        [self.id.to_string(), self.mirror.clone(), at, self.outcome.to_owned(), self.did()]
    }
}
