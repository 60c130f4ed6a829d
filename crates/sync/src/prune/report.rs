//! What a prune does, or would do.

use super::{Fate, PrunedTag, Unwanted};
use crate::CopyError;

/// What became of what a mirror no longer wants, or would become of it.
#[derive(Debug, Clone, Default)]
pub struct PruneReport {
    /// The tags, by place.
    pub tags: Vec<PrunedTag>,
    /// Places where nothing is wanted, and therefore nothing touched.
    pub unwanted: Vec<Unwanted>,
    /// What failed.
    pub failures: Vec<PruneFailure>,
}

/// A place, or a tag there, that could not be pruned.
#[derive(Debug, Clone)]
pub struct PruneFailure {
    /// The place, or the tag there.
    pub target: String,
    /// Why.
    pub cause: CopyError,
}

impl PruneReport {
    /// How many tags are deleted.
    pub fn deleted(&self) -> usize {
        self.tags.iter().filter(|tag| matches!(tag.fate, Fate::Delete { .. })).count()
    }

    /// How many tags are held back for a later run.
    pub fn held_back(&self) -> usize {
        self.tags.iter().filter(|tag| tag.fate == Fate::HoldBack).count()
    }

    pub(super) fn fail(&mut self, target: impl Into<String>, cause: CopyError) {
        self.failures.push(PruneFailure { target: target.into(), cause });
    }
}
