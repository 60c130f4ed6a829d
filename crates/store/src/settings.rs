//! How the store is to behave.

use portolan_catalog::Children;
use std::time::Duration;

use crate::CollectOptions;

/// How the store is to behave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// Room that is kept free.
    pub reserve: Reserve,
    /// Upload sessions that may be open at once, of all users and of one.
    pub uploads: UploadLimits,
    /// How long what nothing needs any more stays.
    pub collection: CollectOptions,
    /// Whether an index may name manifests that are not there.
    pub sparse_indexes: SparseIndexes,
    /// Bytes of records since the last snapshot above which a new one is made, if they are also more than that has.
    pub snapshot_above: u64,
}

/// What [`StoreSettings::snapshot_above`] is unless something else is said.
const SNAPSHOT_ABOVE: u64 = 64 << 20;

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            reserve: Reserve::default(),
            uploads: UploadLimits::default(),
            collection: CollectOptions::default(),
            sparse_indexes: SparseIndexes::Refused,
            snapshot_above: SNAPSHOT_ABOVE,
        }
    }
}

/// Room on the volume that pushes must leave free, so that deleting and collecting always work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reserve {
    /// A twentieth of the volume, at least 256 MiB and at most 10 GiB.
    #[default]
    Share,
    /// So many bytes.
    Bytes(u64),
}

/// The least and the most that [`Reserve::Share`] keeps, in bytes.
const LEAST: u64 = 256 << 20;
const MOST: u64 = 10 << 30;

impl Reserve {
    /// How many bytes that is on a volume of so many.
    pub fn of(self, total: u64) -> u64 {
        match self {
            Self::Share => (total / 20).clamp(LEAST, MOST),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// How many upload sessions there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// In all.
    pub all: usize,
    /// Of one user.
    pub of_one: usize,
    /// How long one may lie idle before it is removed.
    pub idle: Duration,
    /// How long one has to lie idle to make room for others when there are too many. What is written down of it can
    /// still be gone on with.
    pub left_alone: Duration,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            all: 1_024,
            of_one: 64,
            idle: Duration::from_secs(24 * 60 * 60),
            left_alone: Duration::from_secs(10 * 60),
        }
    }
}

/// What becomes of an index that names manifests which are not in its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SparseIndexes {
    /// It is refused, naming them.
    #[default]
    Refused,
    /// It is taken.
    Allowed,
}

impl SparseIndexes {
    /// What that means for the manifests that an index names.
    pub(crate) fn children(self) -> Children {
        match self {
            Self::Refused => Children::Required,
            Self::Allowed => Children::MayBeAbsent,
        }
    }
}
