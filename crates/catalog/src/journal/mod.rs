//! What is done, half done and confirmed at targets, so that a run of copying can resume.
//!
//! [`Journal`] is the handle; each file beside it has one operation or a few that belong together, what
//! they write and what they read. What it remembers about blobs is a hint that must be proven before it is
//! relied on; trees that are begun, uploads and pinned realms are acknowledged only when they are on the disk.

mod at_places;
mod begin_tree;
mod belongings;
mod blobs;
mod children;
mod confirm_again;
mod confirmed;
mod entities;
mod finish_tree;
mod forget_trees;
mod handle;
mod host_facts;
mod kinds;
mod left_unfinished;
mod numbers;
pub(crate) mod place;
mod places_with;
mod realms;
mod rewritten;
mod seen;
mod seen_all;
mod stale_uploads;
mod uploads;

pub use begin_tree::TreeStart;
pub use belongings::Carried;
pub use confirmed::Confirmed;
pub use handle::Journal;
pub use host_facts::{Answer, HostFact, KnownFact};
pub use place::Place;
pub use realms::PinnedRealm;
pub use seen_all::SeenDigest;
pub use uploads::SavedUpload;
