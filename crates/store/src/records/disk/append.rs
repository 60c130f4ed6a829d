//! Writing lines at the end of the process's file.

use std::fs::File;
use std::io;
use std::sync::{MutexGuard, PoisonError};

use bytes::Bytes;

use super::disk_records::Keeper;
use super::folder;
use crate::backend::disk::Folder;

/// A file that has so many bytes is ended, so that the next snapshot covers it, whoever makes that.
const ENOUGH: u64 = 16 * 1024 * 1024;

/// The file that this process writes, locked while it does.
#[derive(Debug)]
pub(super) struct Current {
    file: File,
    end: u64,
    /// Its name is durable.
    named: bool,
}

impl Keeper {
    /// Writes the lines and flushes. A file that failed is never written again: the system may have dropped what it
    /// could not write, and a line may be cut off.
    pub(super) fn append(&self, lines: &[Bytes]) -> io::Result<()> {
        let mut current = self.current();
        let file = match current.take() {
            Some(file) => file,
            None => self.create()?,
        };
        self.disk.files.write_at(&file.file, lines, file.end)?;
        self.disk.files.sync_data(&file.file)?;
        if !file.named {
            self.disk.files.sync_folder(&self.disk.folder(Folder::Records))?;
        }
        let length: u64 = lines.iter().map(|line| line.len() as u64).sum();
        let end = file.end + length;
        *current = (end < ENOUGH).then_some(Current { end, named: true, ..file });
        Ok(())
    }

    /// Ends the process's file; what comes next gets a new one.
    pub(super) fn close(&self) {
        *self.current() = None;
    }

    fn create(&self) -> io::Result<Current> {
        let path = self.disk.folder(Folder::Records).join(folder::new_name());
        let file = self.disk.files.create(&path)?;
        file.lock()?;
        Ok(Current { file, end: 0, named: false })
    }

    fn current(&self) -> MutexGuard<'_, Option<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
