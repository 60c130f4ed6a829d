//! What changed.

use crate::CatalogError;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// The repository shows something: its first manifest.
    Repository,
    /// It shows nothing any more.
    RepositoryEmptied,
    /// A manifest is to be seen.
    Manifest,
    /// It is no more.
    ManifestDeleted,
    /// A tag names something else than before, or something for the first time.
    Tag,
    /// It names nothing any more.
    TagDeleted,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is none")]
struct NoKind(i64);

impl ChangeKind {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repository => "repository.appear",
            Self::RepositoryEmptied => "repository.empty",
            Self::Manifest => "manifest.put",
            Self::ManifestDeleted => "manifest.delete",
            Self::Tag => "tag.set",
            Self::TagDeleted => "tag.delete",
        }
    }

    /// As it lies in the column.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Repository => 1,
            Self::RepositoryEmptied => 2,
            Self::Manifest => 3,
            Self::ManifestDeleted => 4,
            Self::Tag => 5,
            Self::TagDeleted => 6,
        }
    }

    pub(super) fn read(number: i64) -> Result<Self, CatalogError> {
        let of_repository = [Self::Repository, Self::RepositoryEmptied];
        let of_names = [Self::Manifest, Self::ManifestDeleted, Self::Tag, Self::TagDeleted];
        of_repository
            .into_iter()
            .chain(of_names)
            .find(|kind| kind.number() == number)
            .ok_or_else(|| CatalogError::damaged("kind of change", NoKind(number)))
    }
}
