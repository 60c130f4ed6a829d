//! A run as it is shown.

use portolan_server::wire::{RunData, TotalsData};

use crate::output::Bytes;

/// When and how it ended, in words.
pub(in crate::commands) fn words(run: &RunData) -> String {
    format!("{} {:.0}", run.outcome.text(), run.started_at)
}

/// What it did, in words.
pub(super) fn did(totals: &TotalsData) -> String {
    let TotalsData { copied, skipped, deleted, failed, bytes, .. } = *totals;
    let numbers = [(copied, "copied"), (skipped, "there already"), (deleted, "deleted"), (failed, "failed")];
    let said = numbers.iter().filter(|(number, _)| *number > 0);
    let said: Vec<String> = said.map(|(number, word)| format!("{number} {word}")).collect();
    if bytes > 0 { format!("{}, {}", said.join(", "), Bytes(bytes)) } else { said.join(", ") }
}

pub(super) fn cells(run: &RunData) -> [String; 5] {
    let at = format!("{:.0}", run.started_at);
    [run.id.to_string(), run.mirror.clone(), at, run.outcome.text().to_owned(), did(&run.totals)]
}
