//! The machine, as a test has it in its hands.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::database::{Database, Keeping};
use super::files::{Machine, PoweredFiles, machine};
use super::memory::Losing;
use crate::{BackendError, DiskBackend, Sharing};

/// A machine with a store's folder, whose power can be cut before any step. A step is one call that alters a file
/// or a folder.
#[derive(Debug, Clone)]
pub struct UnreliablePower(Arc<Mutex<Machine>>);

impl UnreliablePower {
    /// A machine whose store will lie in `folder`, which is not there yet.
    pub fn on(folder: PathBuf) -> Self {
        Self(Arc::new(Mutex::new(Machine { root: folder, ..Machine::default() })))
    }

    /// The store, for as long as there is power.
    ///
    /// # Errors
    /// As [`DiskBackend::open`], or if the power is cut meanwhile.
    pub async fn open(&self) -> Result<DiskBackend, BackendError> {
        let (folder, start) = {
            let machine = machine(&self.0);
            (machine.root.clone(), machine.starts)
        };
        let files = PoweredFiles { machine: Arc::clone(&self.0), start };
        DiskBackend::open_with(folder, Sharing::Shared, Arc::new(files)).await
    }

    /// Lets a database of SQLite, which is closed now, lie on the machine too: its power goes with the machine's. What
    /// is in it and what it is given until the next start must be so little that it keeps that in its log.
    ///
    /// # Errors
    /// If its file cannot be looked at.
    pub fn with_database(&self, path: PathBuf) -> io::Result<()> {
        machine(&self.0).database = Some(Database::at(path)?);
        Ok(())
    }

    /// Says that something was acknowledged: what the database has committed is durable. Whether there is power: if
    /// not, nobody has got that answer.
    pub fn acknowledge(&self) -> bool {
        !machine(&self.0).is_cut()
    }

    /// How many steps were made so far.
    pub fn steps(&self) -> u64 {
        machine(&self.0).steps
    }

    /// Lets so much time pass for all files that are there and come.
    pub fn let_pass(&self, time: Duration) {
        machine(&self.0).passed += time;
    }

    /// Cuts the power after so many more steps: all that come then fail.
    pub fn cut_after(&self, steps: u64) {
        let mut machine = machine(&self.0);
        machine.cut_before = Some(machine.steps + steps);
    }

    /// Lets one step find the disk full, after so many more that do not.
    pub fn full_after(&self, steps: u64) {
        let mut machine = machine(&self.0);
        machine.full_at = Some(machine.steps + steps);
    }

    /// The same, with the database. Nobody has that open after the cut, so it is found at another path, in a folder
    /// that is there. (What had it open may still write at the old one.)
    ///
    /// # Errors
    /// If the folder or the database cannot be made anew.
    pub fn restart_with_database(&self, losing: Losing, keeping: Keeping, path: &Path) -> io::Result<()> {
        let database = machine(&self.0).database.take();
        if let Some(database) = database {
            database.restore(path, keeping)?;
        }
        self.restart(losing)
    }

    /// Cuts the power, if it is still there, and turns it on again: the folder is as the disk has it. Whatever was
    /// opened before can do nothing any more.
    ///
    /// # Errors
    /// If the folder cannot be made anew.
    pub fn restart(&self, losing: Losing) -> io::Result<()> {
        let mut machine = machine(&self.0);
        let root = machine.root.clone();
        machine.starts += 1;
        machine.cut_before = None;
        machine.memory.restore(&root, losing)
    }
}
