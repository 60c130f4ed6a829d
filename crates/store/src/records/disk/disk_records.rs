//! Records in files: who does what.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::BoxStream;

use super::append::Current;
use super::snapshot::DiskSnapshot;
use super::{read, snapshot};
use crate::backend::disk::{Disk, off_thread};
use crate::records::{ReadRecord, Record, RecordKeeper, SnapshotWriter, Written, line};
use crate::rounds::Rounds;
use crate::{BackendError, DiskBackend};

/// The records of a store that lies in a folder. Clones write into the same file.
#[derive(Debug, Clone)]
pub struct DiskRecords(Arc<Keeper>);

#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) disk: Arc<Disk>,
    pub(super) rounds: Rounds<Vec<bytes::Bytes>>,
    /// The file that this process writes; none before the first record and after one that failed.
    pub(super) current: Mutex<Option<Current>>,
}

impl DiskRecords {
    /// The records of the store that this backend has open.
    pub fn beside(backend: &DiskBackend) -> Self {
        let disk = Arc::clone(backend.disk());
        Self(Arc::new(Keeper { disk, rounds: Rounds::default(), current: Mutex::default() }))
    }

    async fn run<T, F>(&self, what: &'static str, work: F) -> Result<T, BackendError>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Keeper>) -> std::io::Result<T> + Send + 'static,
    {
        let keeper = Arc::clone(&self.0);
        off_thread(what, move || work(&keeper).map_err(|cause| BackendError::io(what, cause))).await
    }
}

#[async_trait]
impl RecordKeeper for DiskRecords {
    async fn append(&self, records: Vec<Record>) -> Result<(), BackendError> {
        if records.is_empty() {
            return Ok(());
        }
        self.run("writing records", move |keeper| {
            let lines: Vec<_> = records.iter().map(line::write).collect::<Result<_, _>>()?;
            keeper.rounds.join(lines, |lines| keeper.append(&lines.concat()))
        })
        .await
    }

    fn read_all(&self) -> BoxStream<'static, Result<ReadRecord, BackendError>> {
        read::all(&self.0.disk)
    }

    async fn written(&self) -> Result<Written, BackendError> {
        self.run("measuring records", |keeper| snapshot::written(&keeper.disk)).await
    }

    async fn begin_snapshot(&self) -> Result<Option<Box<dyn SnapshotWriter>>, BackendError> {
        let disk = Arc::clone(&self.0.disk);
        let alone = off_thread("beginning a snapshot", move || disk.snapshotting()).await?;
        let Some(alone) = alone else { return Ok(None) };
        let writer =
            self.run("beginning a snapshot", move |keeper| DiskSnapshot::begin(keeper, alone)).await?;
        Ok(Some(Box::new(writer)))
    }
}
