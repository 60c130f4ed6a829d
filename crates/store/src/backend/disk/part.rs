//! The bytes of a session in a file of `uploads`.

use std::cmp::Ordering;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use portolan_catalog::UploadId;

use super::claims::Claim;
use super::disk_backend::Disk;
use super::off_thread;
use crate::backend::error::BackendResult;
use crate::backend::{BackendError, PartState, PartWriter};

/// Writes a session's file.
#[derive(Debug)]
pub(super) struct DiskPart {
    part: Arc<Part>,
    written: u64,
    _claim: Claim,
}

/// What writes and flushes that are under way share, also those that nobody waits for any more.
#[derive(Debug)]
struct Part {
    disk: Arc<Disk>,
    id: UploadId,
    /// Opened, and made, by whoever needs it first. Its lock is held until the last write has ended: whoever
    /// resumes the session waits for that, so that no old write can come after a new one.
    file: Mutex<Option<Arc<File>>>,
    /// Its name is durable.
    named: AtomicBool,
    /// A flush has failed.
    given_up: AtomicBool,
    /// It has a blob's name too: perhaps a row vouches for its bytes.
    placed: bool,
}

/// A session's file that was there.
#[derive(Debug)]
pub(super) struct PartFile {
    file: File,
    placed: bool,
    cut: bool,
}

impl PartFile {
    /// The file, if it was longer than what was asked for.
    pub(super) fn cut(&self) -> Option<&File> {
        self.cut.then_some(&self.file)
    }
}

impl DiskPart {
    pub(super) fn begin(disk: Arc<Disk>, id: UploadId) -> BackendResult<Self> {
        let claim = disk.claims.claim(id)?;
        let part = Part {
            disk,
            id,
            file: Mutex::default(),
            named: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            placed: false,
        };
        Ok(Self { part: Arc::new(part), written: 0, _claim: claim })
    }

    pub(super) fn resume(
        disk: Arc<Disk>,
        id: UploadId,
        state: &PartState,
        offset: u64,
    ) -> BackendResult<Self> {
        let claim = disk.claims.claim(id)?;
        let PartFile { file, placed, .. } = disk.open_own_part(&id, offset)?;
        let part = Part {
            disk,
            id,
            file: Mutex::new(Some(Arc::new(file))),
            named: AtomicBool::new(state.is_named()),
            given_up: AtomicBool::new(false),
            placed,
        };
        Ok(Self { part: Arc::new(part), written: offset, _claim: claim })
    }
}

#[async_trait]
impl PartWriter for DiskPart {
    async fn write(&mut self, pieces: Vec<Bytes>) -> Result<(), BackendError> {
        let length: u64 = pieces.iter().map(|piece| piece.len() as u64).sum();
        let (part, at) = (Arc::clone(&self.part), self.written);
        if length == 0 {
            return Ok(());
        }
        off_thread("writing an upload", move || {
            if part.placed {
                return Err(BackendError::PartLost(part.id));
            }
            let file = part.file()?;
            part.disk.files.write_at(&file, &pieces, at).map_err(|cause| part.failed("writing", cause))
        })
        .await?;
        self.written += length;
        Ok(())
    }

    fn flush(&mut self) -> BoxFuture<'static, Result<PartState, BackendError>> {
        let (part, written) = (Arc::clone(&self.part), self.written);
        let flushed = off_thread("flushing an upload", move || {
            part.flush()?;
            part.name()?;
            Ok(PartState::named(written))
        });
        flushed.boxed()
    }

    async fn finish(self: Box<Self>) -> Result<PartState, BackendError> {
        let (part, written) = (Arc::clone(&self.part), self.written);
        off_thread("finishing an upload", move || {
            part.flush()?;
            Ok(PartState::new(written))
        })
        .await
    }

    fn written(&self) -> u64 {
        self.written
    }
}

impl Part {
    fn file(&self) -> BackendResult<Arc<File>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &*file {
            return Ok(Arc::clone(file));
        }
        let path = self.disk.names.part(&self.id);
        let made = self.disk.files.create(&path).and_then(|file| file.lock().map(|()| file));
        let made = Arc::new(made.map_err(|cause| self.failed("beginning", cause))?);
        *file = Some(Arc::clone(&made));
        Ok(made)
    }

    fn flush(&self) -> BackendResult<()> {
        if self.given_up.load(SeqCst) {
            return Err(BackendError::GivenUp(self.id));
        }
        let file = self.file()?;
        self.disk.files.sync_data(&file).map_err(|cause| {
            self.given_up.store(true, SeqCst);
            self.failed("flushing", cause)
        })
    }

    fn name(&self) -> BackendResult<()> {
        if self.named.load(SeqCst) {
            return Ok(());
        }
        let synced = self.disk.syncs.uploads.sync(&*self.disk.files);
        synced.map_err(|cause| self.failed("flushing", cause))?;
        self.named.store(true, SeqCst);
        Ok(())
    }

    fn failed(&self, doing: &str, cause: io::Error) -> BackendError {
        BackendError::io(format!("{doing} upload {}", self.id), cause)
    }
}

impl Disk {
    /// A session's file, cut to what is asked for, and locked. One that has been placed is a blob's too: it is given
    /// only as it is, and never written again.
    pub(super) fn open_part(&self, id: &UploadId, length: u64) -> BackendResult<PartFile> {
        let (file, found) = self.lock_part(id)?;
        let placed = found.nlink() > 1;
        match found.len().cmp(&length) {
            Ordering::Equal => Ok(PartFile { file, placed, cut: false }),
            Ordering::Greater if !placed => {
                self.files.cut(&file, length).map_err(|cause| failed(id, cause))?;
                Ok(PartFile { file, placed, cut: true })
            }
            _ => Err(BackendError::PartLost(*id)),
        }
    }

    /// The same to go on with. If it has been placed and is longer, the session gets its first bytes as its own.
    fn open_own_part(&self, id: &UploadId, length: u64) -> BackendResult<PartFile> {
        let (file, found) = self.lock_part(id)?;
        if found.nlink() > 1 && found.len() > length {
            let file = self.detach(id, &file, length).map_err(|cause| failed(id, cause))?;
            return Ok(PartFile { file, placed: false, cut: false });
        }
        drop(file);
        self.open_part(id, length)
    }

    /// A session's file, when nobody else has it. What has lost the session's name while it was waited for may be a
    /// blob's alone.
    fn lock_part(&self, id: &UploadId) -> BackendResult<(File, Metadata)> {
        let path = self.names.part(id);
        let file = self.files.open(&path).map_err(|cause| failed(id, cause))?;
        let found = file.lock().and_then(|()| file.metadata()).map_err(|cause| failed(id, cause))?;
        let named = std::fs::metadata(&path).map_err(|cause| failed(id, cause))?;
        if named.ino() == found.ino() { Ok((file, found)) } else { Err(BackendError::PartLost(*id)) }
    }
}

fn failed(id: &UploadId, cause: io::Error) -> BackendError {
    match cause.kind() {
        io::ErrorKind::NotFound => BackendError::PartLost(*id),
        _ => BackendError::io(format!("opening upload {id}"), cause),
    }
}
