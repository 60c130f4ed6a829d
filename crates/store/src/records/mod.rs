//! What is written beside the blobs so that the catalogue can be made again: a line for each thing that was
//! acknowledged, and now and then all of it at one moment.
//!
//! ```text
//! records/<time>-<random>.jsonl   what was acknowledged, one file a process, flocked while it writes
//! records/snapshot-<time>.jsonl   all of it; the last two are kept
//! ```
//!
//! A line is 16 hexadecimal digits of the SHA-256 of what follows, a space, and JSON. Lines may come twice and in any
//! order: of a tag or a manifest the one with the highest revision counts.
//!
//! Not here: making the catalogue of them (`rebuild`).

mod disk;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod line;
mod missing;
mod record;
mod record_keeper;
mod recorder;
mod snapshot;

pub use disk::DiskRecords;
pub use record::Record;
pub use record_keeper::{ReadRecord, RecordKeeper, SnapshotIs, SnapshotWriter, Written};
pub(crate) use recorder::Recorder;
pub use snapshot::Snapshot;
