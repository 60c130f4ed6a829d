//! The catalogue's part in collecting garbage: one file a step.
//!
//! Each step finds what it may be about without locks, a batch at a time, and then does it in transactions of their
//! own, each of which locks first and looks again. So any of them can be stopped and done again, and two
//! collectors do not harm each other. The bytes are removed by the store, between
//! [`deleting_blobs`](super::Content::deleting_blobs) and [`settle_blobs`](super::Content::settle_blobs).

pub(super) mod condemn_blobs;
pub(super) mod damage;
pub(super) mod doom_blobs;
pub(super) mod expire_events;
pub(super) mod expire_links;
pub(super) mod expire_manifests;
mod expire_untagged;
mod forget_blobs;
mod locked;
mod named_blobs;
pub(super) mod settle_blobs;

pub use damage::{Broken, MarkDamaged};
pub use doom_blobs::DoomedBlobs;
pub use expire_events::EventKey;
pub use expire_links::LinkKey;
pub use expire_untagged::ManifestKey;
pub use settle_blobs::BlobGeneration;

/// What came of a batch of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<Key> {
    /// How many rows it changed or removed.
    pub done: u64,
    /// Where the next batch begins; `None` when the step is through.
    pub next: Option<Key>,
}

/// Rows that one transaction changes.
const BATCH: usize = 256;

/// Rows that are looked at without locks at once.
const PAGE: usize = 2_000;

/// [`PAGE`] as a limit.
fn page() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX)
}

/// The last row of a page, if there may be more after it.
fn end<Row>(rows: &[Row]) -> Option<&Row> {
    if rows.len() < PAGE { None } else { rows.last() }
}
