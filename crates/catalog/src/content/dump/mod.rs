//! Reading all there is, page by page, so that it can be written down beside the blobs.
//!
//! What changes meanwhile may be read as it was or as it is; whoever reads has to take in the changes besides.
//! Deleted manifests are left out, though a rollback could still bring them back here.

mod damaged;
pub(super) mod manifests;
pub(super) mod repositories;
pub(super) mod tag_events;

pub use manifests::{DumpedManifest, DumpedManifests};
pub use repositories::DumpedRepository;
pub use tag_events::{DumpedEvent, DumpedEvents};

/// Rows of one page, where they are small.
const PAGE: usize = 500;

fn page() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX)
}
