//! Making the catalogue again from what lies in the store, after the database was lost.
//!
//! Blobs are found by looking, packs by their footers; manifests, tags and what happened to them in the records. What only the database knew
//! does not come back: runs, access, cursors, sessions, and which repository may read blobs that no manifest names yet.
//! It may be done again: what is there stays.

mod batches;
mod blobs;
mod index;
mod manifests;
mod packs;
mod run;
mod tags;

pub use run::{RebuildError, Rebuilt, rebuild};
