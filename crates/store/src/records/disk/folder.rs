//! The files of records, and what they are by their names.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// What lies in `records`.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files of records, in the order of their names.
    pub(super) files: Vec<PathBuf>,
    /// Complete snapshots, the oldest first, with the times that are in their names.
    pub(super) snapshots: Vec<(u64, PathBuf)>,
    /// Snapshots that were begun.
    pub(super) parts: Vec<PathBuf>,
}

const SNAPSHOT: &str = "snapshot-";

/// A name for a process's new file.
pub(super) fn new_name() -> String {
    format!("{}-{:016x}.jsonl", now(), rand::random::<u64>())
}

/// The name of a snapshot.
pub(super) fn snapshot_name(time: u64) -> String {
    format!("{SNAPSHOT}{time}.jsonl")
}

/// Microseconds since 1970.
pub(super) fn now() -> u64 {
    u64::try_from(Timestamp::now().as_microsecond()).unwrap_or_default()
}

/// All that lies in the folder and is named as ours is.
pub(super) fn look(folder: &Path) -> io::Result<Found> {
    let mut found = Found::default();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        match (name.strip_prefix(SNAPSHOT), name.strip_suffix(".jsonl")) {
            (Some(_), None) if name.ends_with(".part") => found.parts.push(path),
            (Some(rest), Some(_)) => {
                let time = rest.strip_suffix(".jsonl").and_then(|time| time.parse().ok());
                found.snapshots.extend(time.map(|time| (time, path)));
            }
            (None, Some(_)) => found.files.push(path),
            _ => {}
        }
    }
    found.files.sort();
    found.snapshots.sort();
    Ok(found)
}

/// Whether nobody writes into the file any more: each process takes a new one. One that is empty may just have been
/// made, by somebody who has not locked it yet.
pub(super) fn is_closed(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(file.metadata()?.len() > 0),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(cause)) => Err(cause),
    }
}
