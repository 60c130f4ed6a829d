//! Records in files.

mod append;
mod disk_records;
mod folder;
mod read;
mod snapshot;

pub use disk_records::DiskRecords;
