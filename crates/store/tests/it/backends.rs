//! The suite of all backends: on a disk, and on one that forgets all that was not flushed.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use portolan_store::testing::{self, BackendUnderTest, Losing, UnreliablePower};
use portolan_store::{BackendError, BlobBackend, DiskBackend, Sharing};
use tempfile::TempDir;

/// The ordinary disk: who comes again is another process.
struct Disk(Mutex<TempDir>);

#[async_trait]
impl BackendUnderTest for Disk {
    async fn empty(&self) -> Result<Arc<dyn BlobBackend>, BackendError> {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("store");
        *self.0.lock().unwrap() = dir;
        Ok(Arc::new(DiskBackend::open(folder, Sharing::Shared).await?))
    }

    async fn again(&self, before: Arc<dyn BlobBackend>) -> Result<Arc<dyn BlobBackend>, BackendError> {
        drop(before);
        let folder = self.0.lock().unwrap().path().join("store");
        Ok(Arc::new(DiskBackend::open(folder, Sharing::Alone).await?))
    }
}

/// The disk of a machine that loses its power in between.
struct Forgetful {
    losing: Losing,
    machine: Mutex<Option<(TempDir, UnreliablePower)>>,
}

#[async_trait]
impl BackendUnderTest for Forgetful {
    async fn empty(&self) -> Result<Arc<dyn BlobBackend>, BackendError> {
        let dir = tempfile::tempdir().unwrap();
        let machine = UnreliablePower::on(dir.path().join("store"));
        *self.machine.lock().unwrap() = Some((dir, machine.clone()));
        Ok(Arc::new(machine.open().await?))
    }

    async fn again(&self, before: Arc<dyn BlobBackend>) -> Result<Arc<dyn BlobBackend>, BackendError> {
        drop(before);
        let machine = self.machine.lock().unwrap().as_ref().unwrap().1.clone();
        machine.restart(self.losing).unwrap();
        Ok(Arc::new(machine.open().await?))
    }
}

#[tokio::test]
async fn a_disk_passes_the_suite() {
    testing::run(&Disk(Mutex::new(tempfile::tempdir().unwrap()))).await.unwrap();
}

#[tokio::test]
async fn a_disk_that_forgets_passes_the_suite() {
    testing::run(&Forgetful { losing: Losing::Everything, machine: Mutex::default() }).await.unwrap();
}

#[tokio::test]
async fn a_disk_that_writes_in_another_order_passes_the_suite() {
    testing::run(&Forgetful { losing: Losing::Bytes, machine: Mutex::default() }).await.unwrap();
}
