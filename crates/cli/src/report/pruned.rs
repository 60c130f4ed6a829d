//! What becomes of tags that a mirror no longer wants, for people and for programs.

use jiff::Timestamp;
use portolan_oci::Digest;
use portolan_sync::PruneReport;
use portolan_sync::prune::{Fate, PrunedTag};
use serde::Serialize;

use crate::output::Count;

/// Whether it is yet to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tense {
    /// A plan says so.
    Would,
    /// A run has done it.
    Did,
}

/// A tag that a mirror no longer wants: a line beside those of images.
#[derive(Debug, Serialize)]
pub(crate) struct PrunedImage {
    source: Option<String>,
    target: String,
    digest: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Word>,
    bytes: u64,
    error: Option<String>,
    reason: String,
    /// Since when it is condemned.
    since: Timestamp,
    /// When its grace is over, if it is not.
    due: Option<Timestamp>,
    #[serde(skip)]
    is_new: bool,
    #[serde(skip)]
    shown: (&'static str, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Delete,
    Deleted,
    Condemn,
    Condemned,
    Hold,
    Held,
    Keep,
    Kept,
}

impl Word {
    fn of(fate: &Fate, tense: Tense) -> Self {
        match (fate, tense) {
            (Fate::Delete { .. }, Tense::Would) => Self::Delete,
            (Fate::Delete { .. }, Tense::Did) => Self::Deleted,
            (Fate::Condemn { .. } | Fate::Wait { .. }, Tense::Would) => Self::Condemn,
            (Fate::Condemn { .. } | Fate::Wait { .. }, Tense::Did) => Self::Condemned,
            (Fate::HoldBack, Tense::Would) => Self::Hold,
            (Fate::HoldBack, Tense::Did) => Self::Held,
            (Fate::Keep(_) | Fate::LeaveAlone { .. }, Tense::Would) => Self::Keep,
            (Fate::Keep(_) | Fate::LeaveAlone { .. }, Tense::Did) => Self::Kept,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Deleted => "deleted",
            Self::Condemn => "condemn",
            Self::Condemned => "condemned",
            Self::Hold => "hold",
            Self::Held => "held",
            Self::Keep => "keep",
            Self::Kept => "kept",
        }
    }
}

impl PrunedImage {
    fn new(tag: &PrunedTag, tense: Tense) -> Self {
        let word = Word::of(&tag.fate, tense);
        let (action, outcome) = match tense {
            Tense::Would => (Some(word), None),
            Tense::Did => (None, Some(word)),
        };
        let due = match tag.fate {
            Fate::Condemn { due } | Fate::Wait { due } => Some(due),
            Fate::Delete { .. } | Fate::HoldBack | Fate::Keep(_) | Fate::LeaveAlone { .. } => None,
        };
        Self {
            source: None,
            target: tag.target.clone(),
            digest: tag.digest,
            action,
            outcome,
            bytes: 0,
            error: None,
            reason: reason(tag),
            since: tag.since,
            due,
            is_new: !matches!(tag.fate, Fate::Wait { .. }),
            shown: (word.text(), text(tag)),
        }
    }

    /// All of a report.
    pub(crate) fn all(report: &PruneReport, tense: Tense) -> Vec<Self> {
        report.tags.iter().map(|tag| Self::new(tag, tense)).collect()
    }

    /// Whether it is worth a line: what waits since an earlier run is not, once it is done, and what is held
    /// back is counted.
    pub(crate) fn is_shown(&self) -> bool {
        let is_held = matches!(self.action.or(self.outcome), Some(Word::Hold | Word::Held));
        !is_held && (self.is_new || self.action.is_some())
    }

    pub(crate) fn cells(&self) -> Vec<String> {
        let (word, text) = &self.shown;
        vec![(*word).to_owned(), self.target.clone(), text.clone()]
    }
}

fn reason(tag: &PrunedTag) -> String {
    match &tag.fate {
        Fate::Condemn { .. } | Fate::Wait { .. } | Fate::Delete { .. } => tag.reason.to_string(),
        Fate::HoldBack => "one run does not delete that many tags of a repository".to_owned(),
        Fate::Keep(why) => why.to_string(),
        Fate::LeaveAlone { now } => format!("somebody has made it {now}"),
    }
}

fn text(tag: &PrunedTag) -> String {
    let reason = reason(tag);
    match &tag.fate {
        Fate::Condemn { due } | Fate::Wait { due } => format!("{reason}; deleted after {}", minute(*due)),
        Fate::Delete { along } if along.is_empty() => format!("{reason}, since {}", minute(tag.since)),
        Fate::Delete { along } => {
            let along = Count(along.len() as u64, "tag");
            format!("{reason}, since {}; with {along} of what belongs to it", minute(tag.since))
        }
        Fate::HoldBack | Fate::Keep(_) | Fate::LeaveAlone { .. } => reason,
    }
}

/// A time as people read it.
fn minute(time: Timestamp) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%d %H:%M UTC")
}
