//! Files of a machine whose power can be cut.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::database::Database;
use super::memory::Memory;
use crate::backend::disk::{Files, SystemFiles};

/// A machine, shared by all who use its files.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) root: PathBuf,
    pub(super) memory: Memory,
    /// How often its power came on: who began before is gone.
    pub(super) starts: u64,
    pub(super) steps: u64,
    /// The step before which the power goes.
    pub(super) cut_before: Option<u64>,
    /// The step that finds the disk full.
    pub(super) full_at: Option<u64>,
    pub(super) database: Option<Database>,
    /// How much older files are than the system says.
    pub(super) passed: Duration,
}

/// The machine's files, as one of its starts has them.
#[derive(Debug)]
pub(super) struct PoweredFiles {
    pub(super) machine: Arc<Mutex<Machine>>,
    pub(super) start: u64,
}

impl Machine {
    /// Whether the power is cut, or goes now; if not, the database keeps what it has committed so far.
    pub(super) fn is_cut(&mut self) -> bool {
        let is_cut = self.cut_before.is_some_and(|cut| self.steps >= cut);
        if let Some(database) = &mut self.database {
            if is_cut { database.is_cut() } else { database.is_relied_on() }
        }
        is_cut
    }
}

pub(super) fn machine(machine: &Mutex<Machine>) -> MutexGuard<'_, Machine> {
    machine.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PoweredFiles {
    /// One step, if there is power. Steps come one after the other.
    fn step(&self) -> io::Result<MutexGuard<'_, Machine>> {
        let mut machine = machine(&self.machine);
        if machine.starts != self.start || machine.is_cut() {
            return Err(io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()));
        }
        machine.steps += 1;
        let steps = machine.steps;
        if machine.full_at.take_if(|full| steps > *full).is_some() {
            return Err(io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error()));
        }
        Ok(machine)
    }
}

impl Files for PoweredFiles {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        let mut machine = self.step()?;
        SystemFiles.make_folder(path)?;
        let root = machine.root.clone();
        let below: Vec<_> = path.ancestors().take_while(|above| *above != root).collect();
        below.iter().rev().for_each(|folder| machine.memory.made_folder(folder));
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        let mut machine = self.step()?;
        let file = SystemFiles.create(path)?;
        machine.memory.made_file(path, &file)?;
        Ok(file)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        let _machine = self.step()?;
        SystemFiles.open(path)
    }

    fn write_at(&self, file: &File, pieces: &[Bytes], at: u64) -> io::Result<()> {
        let _machine = self.step()?;
        SystemFiles.write_at(file, pieces, at)
    }

    fn cut(&self, file: &File, length: u64) -> io::Result<()> {
        let _machine = self.step()?;
        SystemFiles.cut(file, length)
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        self.step()?.memory.synced_file(file)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?.memory.synced_folder(path);
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut machine = self.step()?;
        SystemFiles.link(from, to)?;
        machine.memory.linked(from, to);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut machine = self.step()?;
        SystemFiles.rename(from, to)?;
        machine.memory.renamed(from, to);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut machine = self.step()?;
        SystemFiles.remove(path)?;
        machine.memory.removed(path);
        Ok(())
    }

    fn changed(&self, found: &Metadata) -> Option<Timestamp> {
        SystemFiles.changed(found)?.checked_sub(machine(&self.machine).passed).ok()
    }
}
