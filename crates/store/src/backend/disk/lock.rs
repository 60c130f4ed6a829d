//! Files that are only locked. A lock ends with the process that has it, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::disk_backend::Disk;
use crate::backend::BackendError;
use crate::backend::error::BackendResult;
use crate::backend::part::Held;

/// A file whose lock is held until it is dropped.
#[derive(Debug)]
pub(crate) struct LockFile(#[expect(dead_code, reason = "held, never looked at")] File);

impl Held for LockFile {}

/// While it lives nobody else collects. It saves work; it is not what makes a collection right.
#[derive(Debug)]
#[must_use = "another may collect as soon as this is dropped"]
pub struct Collecting(#[expect(dead_code, reason = "held, never looked at")] Box<dyn Held>);

/// While it lives nothing is placed, and nothing is placed that is not committed.
#[derive(Debug)]
#[must_use = "blobs may be placed as soon as this is dropped"]
pub struct Sweeping(#[expect(dead_code, reason = "held, never looked at")] Box<dyn Held>);

impl Sweeping {
    pub(super) fn holding(held: impl Held + 'static) -> Self {
        Self(Box::new(held))
    }
}

/// The lock of a name, shared with others. Waits for it.
pub(super) fn shared(path: &Path) -> BackendResult<LockFile> {
    let file = open(path)?;
    file.lock_shared().map_err(|cause| failed(path, cause))?;
    Ok(LockFile(file))
}

/// The lock of a name, shared with others; `None` if one has it alone.
pub(super) fn try_shared(path: &Path) -> BackendResult<Option<LockFile>> {
    let file = open(path)?;
    taken(path, file.try_lock_shared())?.map_or(Ok(None), |()| Ok(Some(LockFile(file))))
}

/// The lock of a name, alone; `None` if another has it.
pub(super) fn try_alone(path: &Path) -> BackendResult<Option<LockFile>> {
    let file = open(path)?;
    taken(path, file.try_lock())?.map_or(Ok(None), |()| Ok(Some(LockFile(file))))
}

fn taken(path: &Path, locked: Result<(), TryLockError>) -> BackendResult<Option<()>> {
    match locked {
        Ok(()) => Ok(Some(())),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(cause)) => Err(failed(path, cause)),
    }
}

/// The file stays when the lock is freed: who removed it could not know whether another has just opened it.
fn open(path: &Path) -> BackendResult<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options.open(path).map_err(|cause| failed(path, cause))
}

fn failed(path: &Path, cause: std::io::Error) -> BackendError {
    BackendError::io(format!("locking {}", path.display()), cause)
}

impl Disk {
    /// Keeps others from writing a snapshot of the records; `None` if one of them does.
    pub(crate) fn snapshotting(&self) -> BackendResult<Option<LockFile>> {
        try_alone(&self.names.root().join("snapshot.lock"))
    }

    pub(super) fn collecting(&self) -> BackendResult<Option<Collecting>> {
        let lock = try_alone(&self.names.root().join("gc.lock"))?;
        Ok(lock.map(|lock| Collecting(Box::new(lock))))
    }
}
