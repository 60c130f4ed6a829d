//! The states of a blob, and what becomes of one that a writer commits.

use crate::CatalogError;

/// The state of a blob that has a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlobState {
    /// Its bytes are at its place.
    Live,
    /// So they are, but nobody had a link when that was looked at.
    Condemned,
    /// Its file is being removed, or is.
    Deleting,
    /// It has no bytes.
    Gone,
    /// Its bytes were wrong and are set aside.
    Damaged,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is none")]
struct NoState(i64);

impl BlobState {
    /// As it lies in the column.
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Live => 1,
            Self::Condemned => 2,
            Self::Deleting => 3,
            Self::Gone => 4,
            Self::Damaged => 5,
        }
    }

    pub(super) fn read(number: i64) -> Result<Self, CatalogError> {
        [Self::Live, Self::Condemned, Self::Deleting, Self::Gone, Self::Damaged]
            .into_iter()
            .find(|state| state.number() == number)
            .ok_or_else(|| CatalogError::damaged("state of a blob", NoState(number)))
    }

    /// Whether the bytes are there and may be linked.
    pub(super) fn has_bytes(self) -> bool {
        matches!(self, Self::Live | Self::Condemned)
    }
}
