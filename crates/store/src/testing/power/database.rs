//! A database of SQLite on the machine: the system's files, cut when the power is.
//!
//! Each commit is flushed before anybody goes on, so what was committed before a step of the machine, or before an
//! answer, is there after a cut. What was appended to the log of the database since then may be there or not, or some
//! bytes of it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// What a power cut leaves of the database's log beyond what somebody relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// All of it.
    Everything,
    /// Nothing.
    Nothing,
    /// So many bytes as this seed says.
    Chance(u64),
}

#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    /// When its file was last written: only the log may grow while the power is on.
    since: Timestamp,
    /// Bytes of the log that are durable for certain.
    durable: u64,
    /// Bytes of the log when the power went.
    at_cut: Option<u64>,
}

impl Database {
    pub(super) fn at(path: PathBuf) -> io::Result<Self> {
        let since = written(&path)?;
        let mut database = Self { path, since, durable: 0, at_cut: None };
        database.durable = database.log_length();
        Ok(database)
    }

    pub(super) fn is_relied_on(&mut self) {
        self.durable = self.log_length();
    }

    pub(super) fn is_cut(&mut self) {
        if self.at_cut.is_none() {
            self.at_cut = Some(self.log_length());
        }
    }

    /// Writes at `path` what the cut leaves of it.
    pub(super) fn restore(mut self, path: &Path, keeping: Keeping) -> io::Result<()> {
        self.is_cut();
        let most = self.at_cut.unwrap_or(self.durable).max(self.durable);
        let length = match keeping {
            Keeping::Everything => most,
            Keeping::Nothing => self.durable,
            Keeping::Chance(seed) => StdRng::seed_from_u64(seed).random_range(self.durable..=most),
        };
        if written(&self.path)? != self.since {
            return Err(io::Error::other("the database's log was taken over into its file: make less work"));
        }
        fs::copy(&self.path, path)?;
        if length > 0 {
            fs::copy(log(&self.path), log(path))?;
            File::options().write(true).open(log(path))?.set_len(length)?;
        }
        Ok(())
    }

    fn log_length(&self) -> u64 {
        fs::metadata(log(&self.path)).map_or(0, |found| found.len())
    }
}

fn written(file: &Path) -> io::Result<Timestamp> {
    Timestamp::try_from(fs::metadata(file)?.modified()?).map_err(io::Error::other)
}

fn log(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}
