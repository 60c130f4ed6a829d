//! The backend that is a folder.
//!
//! ```text
//! store.json                    {"version": 1, "uuid": …}
//! lock                          flock: shared by each process that uses the store, or one's alone
//! gc.lock                       flock of the one collector
//! snapshot.lock                 flock of the one who writes a snapshot of the records
//! commit.lock                   flock: shared while a file is placed, alone by the sweep
//! blobs/<alg>/<hex>             generation 0
//! blobs/<alg>/<hex>.<generation>
//! uploads/<id>                  bytes of sessions, and of a write that is under way
//! quarantine/<alg>-<hex>.<generation>
//! packs/<name>.pack            see `packs`
//! records/                      see `records`
//! ```
//!
//! Each operation is one hop to a thread that may wait for the disk. What alters the folder goes through [`Files`],
//! so that a test can take the power away between any two steps.

mod claims;
mod commit_lock;
mod detach;
mod disk_backend;
mod files;
mod folder_sync;
mod identity;
mod list;
mod lock;
mod names;
mod off_thread;
mod open;
mod pack;
mod part;
mod place;
mod put;
mod read;
mod remove;

pub(crate) use disk_backend::Disk;
pub use disk_backend::DiskBackend;
pub(crate) use files::{Files, SystemFiles};
pub(crate) use folder_sync::FolderSync;
pub(crate) use lock::LockFile;
pub use lock::{Collecting, Sweeping};
pub(crate) use names::{ALGORITHMS, Folder};
pub(crate) use off_thread::off_thread;
pub use open::Sharing;
