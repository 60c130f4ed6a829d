//! Collecting what nothing needs any more ([decision 26](../../../docs/src/adr/0026-garbage-collection.md)).
//!
//! Each step is a batch and a transaction of the catalogue (`portolan_catalog::Content`); here they get their order,
//! and bytes are removed between them. A collection may be stopped anywhere: the next one goes on.
//!
//! Not here: when it is done (the daemon, or `portolan store gc`).

mod collect;
mod observer;
mod options;
mod remove_packs;
mod rewrite_packs;
mod sweep;
mod uploads;

pub use observer::{CollectObserver, Quiet, Step};
pub use options::{CollectOptions, Collected, Collection};
