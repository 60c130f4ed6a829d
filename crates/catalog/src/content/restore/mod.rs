//! Making the rows again from what the store has beside its blobs, after the database was lost.
//!
//! Each operation takes a batch, and may be done again with the same: what is there stays. In this order: blobs,
//! packs, manifests, what happened to tags, tags, revisions. Nobody else may write meanwhile.

mod blobs;
mod manifests;
mod pack;
mod revisions;
mod tags;

pub use blobs::RestoredBlob;
pub use manifests::RestoredManifest;
pub use pack::RestoredPack;
pub use tags::RestoredTag;
