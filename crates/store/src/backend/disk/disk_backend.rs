//! The backend that is a folder: who does what.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use portolan_catalog::{PackName, UploadId};
use portolan_oci::Algorithm;

use super::claims::Claims;
use super::commit_lock::CommitLock;
use super::lock::LockFile;
use super::names::Names;
use super::pack::DiskPack;
use super::part::DiskPart;
use super::{Collecting, Files, Folder, FolderSync, Sweeping, list, off_thread};
use crate::backend::{
    Area, BackendError, BlobBackend, BlobBytes, BlobKey, Listed, ListedPart, PartState, PartWriter, Placed,
    Room, StoreId,
};
use crate::packs::{ListedPack, PackEntry, PackWriter};

/// A folder that a store's bytes lie in.
#[derive(Debug, Clone)]
pub struct DiskBackend(pub(super) Arc<Disk>);

/// What all operations share.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(super) names: Names,
    pub(crate) files: Arc<dyn Files>,
    pub(super) syncs: FolderSyncs,
    pub(super) commits: CommitLock,
    pub(super) claims: Claims,
    /// Held as long as the backend is used.
    pub(super) _lock: LockFile,
}

impl Disk {
    /// The folder of all.
    pub(crate) fn root(&self) -> &Path {
        self.names.root()
    }

    /// Where the file of a blob lies.
    pub(crate) fn blob(&self, key: &BlobKey) -> PathBuf {
        self.names.blob(key)
    }

    /// Where a folder lies.
    pub(crate) fn folder(&self, folder: Folder) -> PathBuf {
        self.names.folder(folder)
    }
}

/// The flushes of the folders that things are placed in.
#[derive(Debug)]
pub(super) struct FolderSyncs {
    pub(super) sha256: FolderSync,
    pub(super) sha512: FolderSync,
    pub(super) uploads: FolderSync,
    pub(super) packs: FolderSync,
}

impl FolderSyncs {
    pub(super) fn blobs(&self, algorithm: Algorithm) -> &FolderSync {
        match algorithm {
            Algorithm::Sha256 => &self.sha256,
            Algorithm::Sha512 => &self.sha512,
        }
    }
}

impl DiskBackend {
    /// The folder.
    pub fn folder(&self) -> &Path {
        self.0.names.root()
    }

    pub(crate) fn disk(&self) -> &Arc<Disk> {
        &self.0
    }

    /// Runs what one operation does where it may wait for the disk.
    pub(super) async fn run<T, F>(&self, what: &'static str, work: F) -> Result<T, BackendError>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Disk>) -> Result<T, BackendError> + Send + 'static,
    {
        let disk = Arc::clone(&self.0);
        off_thread(what, move || work(&disk)).await
    }
}

#[async_trait]
impl BlobBackend for DiskBackend {
    async fn identity(&self) -> Result<Option<StoreId>, BackendError> {
        self.run("reading store.json", |disk| disk.identity()).await
    }

    async fn set_identity(&self, id: &StoreId) -> Result<(), BackendError> {
        let id = *id;
        self.run("writing store.json", move |disk| disk.set_identity(&id)).await
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobBytes, BackendError> {
        let key = *key;
        self.run("reading a blob", move |disk| disk.read(&key, &range)).await
    }

    async fn begin(&self, id: &UploadId) -> Result<Box<dyn PartWriter>, BackendError> {
        Ok(Box::new(DiskPart::begin(Arc::clone(&self.0), *id)?))
    }

    async fn resume(
        &self,
        id: &UploadId,
        state: &PartState,
        offset: u64,
    ) -> Result<Box<dyn PartWriter>, BackendError> {
        let (id, state) = (*id, state.clone());
        let part = self
            .run("resuming an upload", move |disk| DiskPart::resume(Arc::clone(disk), id, &state, offset))
            .await?;
        Ok(Box::new(part))
    }

    async fn read_part(&self, id: &UploadId, state: &PartState) -> Result<BlobBytes, BackendError> {
        let (id, state) = (*id, state.clone());
        self.run("reading an upload", move |disk| disk.read_part(&id, &state)).await
    }

    async fn place(&self, id: &UploadId, state: &PartState, key: &BlobKey) -> Result<Placed, BackendError> {
        let (id, state, key) = (*id, state.clone(), *key);
        let commits = self.0.commits.share().await;
        self.run("placing a blob", move |disk| {
            let held = commits.lock(disk)?;
            disk.place(&id, &state, &key)?;
            Ok(Placed::holding(held))
        })
        .await
    }

    async fn discard(&self, id: &UploadId) -> Result<(), BackendError> {
        let id = *id;
        self.run("removing an upload", move |disk| disk.discard(&id)).await
    }

    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<Placed, BackendError> {
        let key = *key;
        let commits = self.0.commits.share().await;
        self.run("writing a blob", move |disk| {
            let held = commits.lock(disk)?;
            disk.put(&key, bytes)?;
            Ok(Placed::holding(held))
        })
        .await
    }

    async fn remove(&self, key: &BlobKey) -> Result<(), BackendError> {
        let key = *key;
        self.run("removing a blob", move |disk| disk.remove(&key)).await
    }

    async fn set_aside(&self, key: &BlobKey) -> Result<(), BackendError> {
        let key = *key;
        self.run("setting a blob aside", move |disk| disk.set_aside(&key)).await
    }

    fn list(&self, area: Area) -> BoxStream<'static, Result<Listed, BackendError>> {
        list::blobs(&self.0, area)
    }

    fn parts(&self) -> BoxStream<'static, Result<ListedPart, BackendError>> {
        list::parts(&self.0)
    }

    async fn begin_pack(&self) -> Result<Box<dyn PackWriter>, BackendError> {
        Ok(Box::new(self.run("beginning a pack", DiskPack::begin).await?))
    }

    async fn read_packed(&self, pack: &PackName, range: Range<u64>) -> Result<BlobBytes, BackendError> {
        let pack = pack.clone();
        self.run("reading a pack", move |disk| disk.read_packed(&pack, &range)).await
    }

    async fn pack_entries(&self, pack: &PackName) -> Result<Vec<PackEntry>, BackendError> {
        let pack = pack.clone();
        self.run("reading a pack", move |disk| disk.pack_entries(&pack)).await
    }

    async fn remove_pack(&self, pack: &PackName) -> Result<(), BackendError> {
        let pack = pack.clone();
        self.run("removing a pack", move |disk| disk.remove_pack(&pack)).await
    }

    fn packs(&self) -> BoxStream<'static, Result<ListedPack, BackendError>> {
        list::packs(&self.0)
    }

    async fn room(&self) -> Result<Room, BackendError> {
        self.run("measuring free space", |disk| disk.room()).await
    }

    async fn collecting(&self) -> Result<Option<Collecting>, BackendError> {
        self.run("locking the collection", |disk| disk.collecting()).await
    }

    async fn sweeping(&self) -> Result<Option<Sweeping>, BackendError> {
        let commits = self.0.commits.exclude().await;
        self.run("locking commits", move |disk| commits.try_lock(disk)).await
    }
}
