//! Locks beside the database, which end with the process that has them.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Where the locks of a database are.
#[derive(Debug, Clone)]
pub(crate) enum Locks {
    /// In a folder beside it. An SQLite file is used on one host only, whose kernel knows which process has a lock
    /// and frees it when that process is gone, however it went.
    Beside(PathBuf),
    /// Nowhere: nodes that share a server share no kernel.
    None,
}

/// A lock of one name, which may be free, ours or another's. It is freed when it is dropped.
#[derive(Debug)]
pub(crate) struct Lock(Option<File>);

/// Who has a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// It is ours now; it may have been before.
    Us,
    /// A living process has it.
    Another,
    /// Nobody can tell: there are no locks, the folder cannot be written, or its file system has no locks.
    Unknown,
}

impl Locks {
    /// `portolan.db-locks` beside `portolan.db`.
    pub(crate) fn beside(database: &Path) -> Self {
        let mut folder = database.as_os_str().to_owned();
        folder.push("-locks");
        Self::Beside(folder.into())
    }

    /// The lock of this name, not taken yet. Its file is made where there is none, and stays: who removed it
    /// could not know whether another has just opened it.
    pub(crate) fn lock(&self, name: &str) -> Lock {
        let Self::Beside(folder) = self else { return Lock(None) };
        let file = open(folder, &file_name(name));
        let file = file.inspect_err(|cause| tracing::warn!(%cause, name, "a lock cannot be made"));
        Lock(file.ok())
    }
}

fn open(folder: &Path, name: &str) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(folder.join(name))
}

impl Lock {
    /// Takes the lock if it is free; does not wait.
    pub(crate) fn take(&self) -> Holder {
        let Some(file) = &self.0 else { return Holder::Unknown };
        match file.try_lock() {
            Ok(()) => Holder::Us,
            Err(TryLockError::WouldBlock) => Holder::Another,
            Err(TryLockError::Error(cause)) => {
                tracing::warn!(%cause, "a lock cannot be taken");
                Holder::Unknown
            }
        }
    }

    /// Frees the lock before it is dropped.
    pub(crate) fn free(&self) {
        if let Some(Err(cause)) = self.0.as_ref().map(File::unlock) {
            tracing::warn!(%cause, "a lock cannot be freed");
        }
    }
}

/// The name as it is, but for bytes that a file system may not take or tell apart: capitals, slashes, a dot in
/// front, all that is not ASCII.
fn file_name(name: &str) -> String {
    let mut file = String::with_capacity(name.len());
    for (nth, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => file.push(char::from(byte)),
            b'.' if nth > 0 => file.push('.'),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(file, "%{byte:02x}");
            }
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_files_that_every_file_system_tells_apart() {
        let names = ["base-images", "Base-Images", "..", "a/b", "a%2fb", "ä"];
        let files = names.map(file_name);
        assert_eq!(files, ["base-images", "%42ase-%49mages", "%2e.", "a%2fb", "a%252fb", "%c3%a4"]);
    }

    #[test]
    fn a_lock_is_one_holders_until_it_is_freed_or_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let locks = Locks::beside(&dir.path().join("some.db"));
        let (one, two) = (locks.lock("base"), locks.lock("base"));
        assert_eq!((one.take(), two.take(), one.take()), (Holder::Us, Holder::Another, Holder::Us));
        assert_eq!(locks.lock("apps").take(), Holder::Us);
        one.free();
        assert_eq!((two.take(), one.take()), (Holder::Us, Holder::Another));
        drop(two);
        assert_eq!(one.take(), Holder::Us);
    }
}
