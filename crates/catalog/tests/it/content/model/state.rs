//! The table of states, alone: what each event makes of a blob whose row is locked.

use portolan_catalog::{BlobToWrite, CommitBlob};

/// A blob, with its generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blob {
    Absent,
    Live(u64),
    Condemned(u64),
    Deleting(u64),
    Gone(u64),
    Damaged(u64),
}

/// Whether a repository has a link to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    Some,
    None,
}

impl Links {
    pub(super) fn of(mut links: impl Iterator) -> Self {
        if links.next().is_some() { Self::Some } else { Self::None }
    }
}

impl Blob {
    pub(super) fn generation(self) -> u64 {
        match self {
            Self::Absent => 0,
            Self::Live(generation)
            | Self::Condemned(generation)
            | Self::Deleting(generation)
            | Self::Gone(generation)
            | Self::Damaged(generation) => generation,
        }
    }

    pub(super) fn has_bytes_at(self, generation: u64) -> bool {
        matches!(self, Self::Live(at) | Self::Condemned(at) if at == generation)
    }

    /// State and generation as the row has them.
    pub(super) fn row(self) -> Option<(i64, i64)> {
        let state = match self {
            Self::Absent => return None,
            Self::Live(_) => 1,
            Self::Condemned(_) => 2,
            Self::Deleting(_) => 3,
            Self::Gone(_) => 4,
            Self::Damaged(_) => 5,
        };
        Some((state, i64::try_from(self.generation()).unwrap()))
    }

    pub(super) fn to_write(self) -> BlobToWrite {
        match self {
            Self::Absent => BlobToWrite::Absent { generation: 0 },
            Self::Live(_) | Self::Condemned(_) => BlobToWrite::Present { size: 3 },
            Self::Deleting(at) | Self::Gone(at) | Self::Damaged(at) => {
                BlobToWrite::Absent { generation: at + 1 }
            }
        }
    }

    /// A writer commits bytes that it has placed at a generation, or that it found there.
    pub(super) fn commit(self, placed: Option<u64>) -> (Self, CommitBlob) {
        match (self, placed) {
            (Self::Absent, None) => (self, CommitBlob::WriteAgain { generation: 0 }),
            (Self::Absent, Some(placed)) => (Self::Live(placed), CommitBlob::Live),
            (Self::Live(at) | Self::Condemned(at), placed) => {
                let theirs = placed == Some(at);
                (Self::Live(at), if theirs { CommitBlob::Live } else { CommitBlob::Superfluous })
            }
            (Self::Deleting(at) | Self::Gone(at) | Self::Damaged(at), placed) => match placed {
                Some(placed) if placed > at => (Self::Live(placed), CommitBlob::Live),
                _ => (self, CommitBlob::WriteAgain { generation: at + 1 }),
            },
        }
    }

    /// A mount from a repository that has a link, or has none.
    pub(super) fn mount(self, links: Links) -> (Self, bool) {
        match self {
            Self::Live(at) | Self::Condemned(at) if links == Links::Some => (Self::Live(at), true),
            _ => (self, false),
        }
    }

    pub(super) fn condemn(self, links: Links) -> Self {
        match self {
            Self::Live(at) if links == Links::None => Self::Condemned(at),
            _ => self,
        }
    }

    pub(super) fn doom(self, links: Links) -> Self {
        match self {
            Self::Condemned(at) if links == Links::Some => Self::Live(at),
            Self::Condemned(at) => Self::Deleting(at),
            _ => self,
        }
    }

    /// The file of a generation is removed.
    pub(super) fn settle(self, generation: u64) -> Self {
        if self == Self::Deleting(generation) { Self::Gone(generation) } else { self }
    }

    pub(super) fn settle_damaged(self, links: Links) -> Self {
        match self {
            Self::Damaged(at) if links == Links::None => Self::Gone(at),
            _ => self,
        }
    }

    pub(super) fn forget(self) -> Self {
        if matches!(self, Self::Gone(_)) { Self::Absent } else { self }
    }
}
