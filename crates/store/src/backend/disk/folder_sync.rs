//! One flush of a folder for all who wait for one.

use std::io;
use std::path::PathBuf;

use super::Files;
use crate::rounds::Rounds;

/// Flushes a folder for all who have put something there.
#[derive(Debug)]
pub(crate) struct FolderSync {
    path: PathBuf,
    rounds: Rounds<()>,
}

impl FolderSync {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, rounds: Rounds::default() }
    }

    /// Waits for a flush that begins after this call. It is for threads that may wait.
    pub(crate) fn sync(&self, files: &dyn Files) -> io::Result<()> {
        self.rounds.join((), |_| files.sync_folder(&self.path))
    }
}
