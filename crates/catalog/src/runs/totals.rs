//! What a run did, in numbers.

use sea_orm::Set;

use super::entities::run;
use crate::{CatalogError, stored};

/// What a run did, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunTotals {
    /// Images that the mirror has, counted once for each target.
    pub images: u64,
    /// Of these, those that were copied.
    pub copied: u64,
    /// Of these, those that were there already.
    pub skipped: u64,
    /// Images that were deleted at targets.
    pub deleted: u64,
    /// Images that failed.
    pub failed: u64,
    /// Blobs that were sent.
    pub blobs: u64,
    /// Blobs that targets took from another of their repositories.
    pub mounted: u64,
    /// Bytes of blobs that were sent.
    pub bytes: u64,
}

impl RunTotals {
    /// A row with these numbers and nothing else.
    pub(super) fn row(&self) -> Result<run::ActiveModel, CatalogError> {
        Ok(run::ActiveModel {
            images: Set(stored::count("count of images", self.images)?),
            copied: Set(stored::count("count of images", self.copied)?),
            skipped: Set(stored::count("count of images", self.skipped)?),
            deleted: Set(stored::count("count of images", self.deleted)?),
            failed: Set(stored::count("count of images", self.failed)?),
            blobs: Set(stored::count("count of blobs", self.blobs)?),
            mounted: Set(stored::count("count of blobs", self.mounted)?),
            bytes: Set(stored::count("count of bytes", self.bytes)?),
            ..Default::default()
        })
    }

    pub(super) fn read(row: &run::Model) -> Result<Self, CatalogError> {
        let count = |stored| u64::try_from(stored).map_err(|error| CatalogError::damaged("count", error));
        Ok(Self {
            images: count(row.images)?,
            copied: count(row.copied)?,
            skipped: count(row.skipped)?,
            deleted: count(row.deleted)?,
            failed: count(row.failed)?,
            blobs: count(row.blobs)?,
            mounted: count(row.mounted)?,
            bytes: count(row.bytes)?,
        })
    }
}
