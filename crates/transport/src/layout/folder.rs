//! The folder of a layout.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use portolan_oci::{Algorithm, Digest};

use super::{Extent, Files, IndexJson, Reading, blob_path, invalid, off_thread, stream_extents};
use crate::{BlobRead, TransportError, TransportResult};

/// Whether what is written must outlive a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// What is acknowledged is on the disk.
    Synced,
    /// The folder is only for now.
    Scratch,
}

impl Durability {
    pub(super) fn sync_file(self, file: &File) -> io::Result<()> {
        if self == Self::Synced { file.sync_all() } else { Ok(()) }
    }

    pub(super) fn sync_data(self, file: &File) -> io::Result<()> {
        if self == Self::Synced { file.sync_data() } else { Ok(()) }
    }

    /// Makes names in a folder durable.
    pub(super) fn sync_folder(self, path: &Path) -> io::Result<()> {
        if self == Self::Synced { File::open(path)?.sync_all() } else { Ok(()) }
    }
}

/// Where the files of a layout are.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    pub(super) durability: Durability,
    /// `index.json` as last read, and what tells whether it is still the same file.
    index: Mutex<Option<(Stamp, Arc<IndexJson>)>>,
}

/// What differs when a file has been replaced or written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            size: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
        }
    }

    /// Whether another write would show: clocks of file systems are coarse and inode numbers come again, so
    /// that of a file that was just written cannot be told from the next one.
    fn is_settled(&self) -> bool {
        let (seconds, nanoseconds) = self.modified;
        let modified = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
        Timestamp::now().as_nanosecond() - modified > 100_000_000
    }
}

impl Folder {
    pub(super) fn new(root: PathBuf, durability: Durability) -> Self {
        Self { root, durability, index: Mutex::default() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn marker(&self) -> PathBuf {
        self.root.join("oci-layout")
    }

    pub(super) fn index_json(&self) -> PathBuf {
        self.root.join("index.json")
    }

    pub(super) fn uploads(&self) -> PathBuf {
        self.root.join(".uploads")
    }

    pub(super) fn blobs(&self, algorithm: Algorithm) -> PathBuf {
        self.root.join("blobs").join(algorithm.as_str())
    }

    /// Makes the folder for blobs of an algorithm.
    pub(super) fn make_blobs(&self, algorithm: Algorithm) -> io::Result<PathBuf> {
        let path = self.blobs(algorithm);
        if !path.is_dir() {
            fs::create_dir_all(&path)?;
            self.durability.sync_folder(&self.root.join("blobs"))?;
        }
        Ok(path)
    }

    pub(super) fn blob(&self, digest: &Digest) -> PathBuf {
        self.root.join(blob_path(digest))
    }

    /// Reads `index.json`; a layout that is just being made has none and is empty.
    pub(super) fn read_index(&self) -> TransportResult<Arc<IndexJson>> {
        let path = self.index_json();
        let what = || format!("reading {}", path.display());
        let Some(mut file) = open(&path).map_err(|cause| TransportError::io(what(), cause))? else {
            return Ok(Arc::default());
        };
        let stamp = Stamp::of(&file.metadata().map_err(|cause| TransportError::io(what(), cause))?);
        let mut known = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, index)) = &*known
            && *known == stamp
        {
            return Ok(Arc::clone(index));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|cause| TransportError::io(what(), cause))?;
        let index = Arc::new(IndexJson::parse(&bytes).map_err(|cause| invalid(what(), cause))?);
        *known = stamp.is_settled().then(|| (stamp, Arc::clone(&index)));
        Ok(index)
    }

    /// The first `limit` bytes of a blob.
    pub(super) fn read_blob(&self, digest: &Digest, limit: usize) -> TransportResult<Option<Vec<u8>>> {
        let path = self.blob(digest);
        let what = |cause| TransportError::io(format!("reading {}", path.display()), cause);
        let Some(file) = open(&path).map_err(what)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(limit as u64).read_to_end(&mut bytes).map_err(what)?;
        Ok(Some(bytes))
    }

    /// The size of a blob that is there.
    pub(super) fn blob_size(&self, digest: &Digest) -> TransportResult<Option<u64>> {
        let path = self.blob(digest);
        match path.metadata() {
            Ok(found) => Ok(found.is_file().then_some(found.len())),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(TransportError::io(format!("looking for {}", path.display()), cause)),
        }
    }
}

/// Opens a file; `None` if it is not there.
fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl Files for Arc<Folder> {
    async fn index(&self) -> TransportResult<Arc<IndexJson>> {
        let folder = Self::clone(self);
        off_thread("reading index.json", move || folder.read_index()).await
    }

    async fn read(&self, digest: &Digest, limit: usize) -> TransportResult<Option<Bytes>> {
        let (folder, digest) = (Self::clone(self), *digest);
        let bytes = off_thread("reading a blob", move || folder.read_blob(&digest, limit)).await?;
        Ok(bytes.map(Bytes::from))
    }

    async fn size(&self, digest: &Digest) -> TransportResult<Option<u64>> {
        let (folder, digest) = (Self::clone(self), *digest);
        off_thread("looking for a blob", move || folder.blob_size(&digest)).await
    }

    async fn stream(&self, digest: &Digest, offset: u64) -> TransportResult<Option<BlobRead>> {
        let path = self.blob(digest);
        let what = format!("reading {}", path.display());
        let failed = what.clone();
        let opened = off_thread("opening a blob", move || {
            let failed = |cause| TransportError::io(&failed, cause);
            let Some(file) = open(&path).map_err(failed)? else { return Ok(None) };
            let size = file.metadata().map_err(failed)?.len();
            Ok(Some((file, size)))
        });
        let Some((file, size)) = opened.await? else { return Ok(None) };
        let offset = offset.min(size);
        let extents = [Extent::Data { at: 0, len: size }];
        let reading = Reading { file: Arc::new(file), what };
        Ok(Some(BlobRead { offset, stream: stream_extents(reading, &extents, offset) }))
    }
}
