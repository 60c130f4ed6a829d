//! How a run ended.

use crate::CatalogError;

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum RunOutcome {
    /// All was done.
    #[default]
    Done,
    /// Some of it failed.
    Partly,
    /// Nothing could be done.
    Failed,
    /// It was stopped, killed, or kept its lease too short: what it did not come to is in no list.
    Interrupted,
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is none")]
struct NoOutcome(String);

impl RunOutcome {
    /// In a word, as it lies in the column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    pub(super) fn read(name: &str) -> Result<Self, CatalogError> {
        [Self::Done, Self::Partly, Self::Failed, Self::Interrupted]
            .into_iter()
            .find(|outcome| outcome.name() == name)
            .ok_or_else(|| CatalogError::damaged("outcome", NoOutcome(name.to_owned())))
    }
}
