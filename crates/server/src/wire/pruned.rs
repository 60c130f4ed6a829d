//! Tags that a mirror no longer wants.

use jiff::Timestamp;
use portolan_sync::prune::{Fate, PrunedTag};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether it is yet to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// A plan says so.
    Would,
    /// A run has done it.
    Did,
}

/// A tag that a mirror no longer wants: a line beside those of images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PrunedTag)]
pub struct PrunedData {
    /// None: no source has it any more.
    #[schema(required)]
    pub source: Option<String>,
    /// Where it is.
    pub target: String,
    /// What it is.
    pub digest: String,
    /// What would be done, in a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<PrunedWord>,
    /// What was done, by a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<PrunedWord>,
    /// Bytes that are sent for it: none.
    pub bytes: u64,
    /// Why it failed.
    #[schema(required)]
    pub error: Option<String>,
    /// Why it is no longer wanted, or why it stays.
    pub reason: String,
    /// Since when it is condemned.
    pub since: Timestamp,
    /// When its grace is over, if it is not.
    #[schema(required)]
    pub due: Option<Timestamp>,
}

/// What becomes of a tag that is no longer wanted: in a plan, and when it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PrunedAction)]
pub enum PrunedWord {
    /// It is deleted.
    Delete,
    /// It was.
    Deleted,
    /// It is deleted when its grace is over.
    Condemn,
    /// So it was said.
    Condemned,
    /// It is left for a later run, since one does not delete so many.
    Hold,
    /// So it was.
    Held,
    /// It stays.
    Keep,
    /// It stayed.
    Kept,
}

impl PrunedWord {
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

    /// As it is printed.
    pub fn word(self) -> &'static str {
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

impl PrunedData {
    /// What becomes of a tag.
    pub fn of(tag: &PrunedTag, tense: Tense) -> Self {
        let word = PrunedWord::of(&tag.fate, tense);
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
            digest: tag.digest.to_string(),
            action,
            outcome,
            bytes: 0,
            error: None,
            reason: reason(tag),
            since: tag.since,
            due,
        }
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
