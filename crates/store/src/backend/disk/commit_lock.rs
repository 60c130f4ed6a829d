//! What keeps a sweep from blobs that are placed and not yet committed: a lock in the process, and a file's among
//! processes.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use super::Sweeping;
use super::disk_backend::Disk;
use super::lock::{self, LockFile};
use crate::backend::error::BackendResult;
use crate::backend::part::Held;

const NAME: &str = "commit.lock";

/// The lock. In the process a sweep waits its turn and gets it; of other processes it only sees whether they place
/// something just now.
#[derive(Debug, Default)]
pub(super) struct CommitLock(Arc<RwLock<()>>);

/// Something is placed: the process's half of the lock.
#[derive(Debug)]
pub(super) struct Share(OwnedRwLockReadGuard<()>);

/// Nothing is placed: the process's half of the lock.
#[derive(Debug)]
pub(super) struct Exclusion(OwnedRwLockWriteGuard<()>);

/// Both halves.
#[derive(Debug)]
pub(super) struct Both<T> {
    _file: LockFile,
    _process: T,
}

impl Held for Both<OwnedRwLockReadGuard<()>> {}
impl Held for Both<OwnedRwLockWriteGuard<()>> {}

impl CommitLock {
    pub(super) async fn share(&self) -> Share {
        Share(Arc::clone(&self.0).read_owned().await)
    }

    pub(super) async fn exclude(&self) -> Exclusion {
        Exclusion(Arc::clone(&self.0).write_owned().await)
    }
}

impl Share {
    /// Waits for a sweep of another process.
    pub(super) fn lock(self, disk: &Disk) -> BackendResult<impl Held + 'static> {
        let file = lock::shared(&disk.names.root().join(NAME))?;
        Ok(Both { _file: file, _process: self.0 })
    }
}

impl Exclusion {
    /// `None` if another process is placing something.
    pub(super) fn try_lock(self, disk: &Disk) -> BackendResult<Option<Sweeping>> {
        let file = lock::try_alone(&disk.names.root().join(NAME))?;
        Ok(file.map(|file| Sweeping::holding(Both { _file: file, _process: self.0 })))
    }
}
