//! One flush of a folder for all who wait for one.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::Files;

/// Flushes a folder. Who comes while a flush is under way shares the next one with all others who came meanwhile.
#[derive(Debug)]
pub(crate) struct FolderSync {
    path: PathBuf,
    rounds: Mutex<Rounds>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Rounds {
    under_way: bool,
    next: Arc<Round>,
}

/// One flush: how it ended, by the number that the system gives an error.
#[derive(Debug, Default)]
struct Round(OnceLock<Result<(), i32>>);

impl FolderSync {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, rounds: Mutex::default(), ended: Condvar::new() }
    }

    /// Waits for a flush that begins after this call. It is for threads that may wait.
    pub(crate) fn sync(&self, files: &dyn Files) -> io::Result<()> {
        let mut rounds = self.rounds();
        let mine = Arc::clone(&rounds.next);
        loop {
            if let Some(ended) = mine.0.get() {
                return ended.map_err(io::Error::from_raw_os_error);
            }
            if !rounds.under_way {
                break;
            }
            rounds = self.ended.wait(rounds).unwrap_or_else(PoisonError::into_inner);
        }
        rounds.under_way = true;
        rounds.next = Arc::default();
        drop(rounds);
        let flushed = files.sync_folder(&self.path);
        let shared = flushed.as_ref().copied().map_err(|cause| cause.raw_os_error().unwrap_or(EIO));
        // Nobody else can have set it: this round is led here and nowhere else.
        let _ = mine.0.set(shared);
        self.rounds().under_way = false;
        self.ended.notify_all();
        flushed
    }

    fn rounds(&self) -> MutexGuard<'_, Rounds> {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an error without a number is told as to those who shared the flush.
const EIO: i32 = rustix::io::Errno::IO.raw_os_error();
