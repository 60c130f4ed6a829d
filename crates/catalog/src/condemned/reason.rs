//! Why a tag is to be deleted.

use std::fmt;

use crate::CatalogError;

/// Why a tag is to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CondemnReason {
    /// The source has it no more.
    Vanished,
    /// The mirror's rules take it no more.
    Deselected,
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is none")]
struct NoReason(String);

impl CondemnReason {
    /// As it lies in the column.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Vanished => "vanished",
            Self::Deselected => "deselected",
        }
    }

    pub(super) fn read(name: &str) -> Result<Self, CatalogError> {
        [Self::Vanished, Self::Deselected]
            .into_iter()
            .find(|reason| reason.name() == name)
            .ok_or_else(|| CatalogError::damaged("reason", NoReason(name.to_owned())))
    }
}

impl fmt::Display for CondemnReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vanished => "the source has it no more",
            Self::Deselected => "the mirror takes it no more",
        })
    }
}
