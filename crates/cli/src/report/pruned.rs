//! What becomes of tags that a mirror no longer wants, for people and for programs.

use jiff::Timestamp;
use portolan_server::wire::{PrunedData, PrunedWord, Tense};
use portolan_sync::PruneReport;
use portolan_sync::prune::{Fate, PrunedTag};
use serde::Serialize;

use crate::output::Count;

/// A tag that a mirror no longer wants: a line beside those of images.
#[derive(Debug, Serialize)]
pub(crate) struct PrunedImage {
    #[serde(flatten)]
    data: PrunedData,
    #[serde(skip)]
    is_new: bool,
    #[serde(skip)]
    text: String,
}

impl PrunedImage {
    fn new(tag: &PrunedTag, tense: Tense) -> Self {
        let data = PrunedData::of(tag, tense);
        Self { text: text(tag, &data.reason), data, is_new: !matches!(tag.fate, Fate::Wait { .. }) }
    }

    /// All of a report.
    pub(crate) fn all(report: &PruneReport, tense: Tense) -> Vec<Self> {
        report.tags.iter().map(|tag| Self::new(tag, tense)).collect()
    }

    fn word(&self) -> Option<PrunedWord> {
        self.data.action.or(self.data.outcome)
    }

    /// Whether it is worth a line: what waits since an earlier run is not, once it is done, and what is held
    /// back is counted.
    pub(crate) fn is_shown(&self) -> bool {
        let is_held = matches!(self.word(), Some(PrunedWord::Hold | PrunedWord::Held));
        !is_held && (self.is_new || self.data.action.is_some())
    }

    pub(crate) fn cells(&self) -> Vec<String> {
        let word = self.word().map_or("", PrunedWord::word);
        vec![word.to_owned(), self.data.target.clone(), self.text.clone()]
    }
}

fn text(tag: &PrunedTag, reason: &str) -> String {
    match &tag.fate {
        Fate::Condemn { due } | Fate::Wait { due } => format!("{reason}; deleted after {}", minute(*due)),
        Fate::Delete { along } if along.is_empty() => format!("{reason}, since {}", minute(tag.since)),
        Fate::Delete { along } => {
            let along = Count(along.len() as u64, "tag");
            format!("{reason}, since {}; with {along} of what belongs to it", minute(tag.since))
        }
        Fate::HoldBack | Fate::Keep(_) | Fate::LeaveAlone { .. } => reason.to_owned(),
    }
}

/// A time as people read it.
fn minute(time: Timestamp) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%d %H:%M UTC")
}
