//! Packs in files of `packs`.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use portolan_catalog::PackName;
use portolan_oci::Digest;

use super::disk_backend::Disk;
use super::{Folder, off_thread};
use crate::backend::bytes::read_at;
use crate::backend::error::BackendResult;
use crate::backend::{BackendError, BlobBytes, Placed, StoreId};
use crate::packs::{Footer, HEADER, PackEntry, PackWriter, SealedPack, TRAILER, Trailer, header};

/// Writes a pack's file.
#[derive(Debug)]
pub(super) struct DiskPack {
    part: Arc<Part>,
    entries: HashMap<Digest, PackEntry>,
    written: u64,
}

/// Its file, which has another name until it is complete.
#[derive(Debug)]
struct Part {
    disk: Arc<Disk>,
    name: PackName,
    path: PathBuf,
    file: File,
    /// It has its own name.
    sealed: AtomicBool,
}

impl Drop for Part {
    /// What is given up takes no room.
    fn drop(&mut self) {
        if !self.sealed.load(Ordering::Relaxed) {
            // What stays in spite of this goes when the store is opened next.
            let _ = self.disk.files.remove(&self.path);
        }
    }
}

impl DiskPack {
    pub(super) fn begin(disk: &Arc<Disk>) -> BackendResult<Self> {
        let failed = |cause| BackendError::io("beginning a pack", cause);
        let store = disk.identity()?.unwrap_or_else(|| StoreId::from_bytes([0; 16]));
        // A UUID as the store's is one of a pack too.
        let name: PackName =
            StoreId::random().to_string().parse().map_err(|cause| failed(io::Error::other(cause)))?;
        let path = disk.folder(Folder::Packs).join(format!("{name}.part"));
        let file = disk.files.create(&path).map_err(failed)?;
        // Whoever opens the store removes packs that nobody has locked.
        file.lock().map_err(failed)?;
        let part = Part { disk: Arc::clone(disk), name, path, file, sealed: AtomicBool::new(false) };
        part.disk.files.write_at(&part.file, &[header(&store).into()], 0).map_err(failed)?;
        Ok(Self { part: Arc::new(part), entries: HashMap::new(), written: HEADER })
    }
}

#[async_trait]
impl PackWriter for DiskPack {
    async fn add(&mut self, objects: Vec<(Digest, Bytes)>) -> Result<(), BackendError> {
        let (at, mut pieces) = (self.written, Vec::with_capacity(objects.len()));
        let (mut end, mut added) = (at, HashMap::with_capacity(objects.len()));
        for (digest, bytes) in objects {
            if self.entries.contains_key(&digest) || added.contains_key(&digest) {
                continue;
            }
            let length = bytes.len() as u64;
            added.insert(digest, PackEntry { digest, offset: end, length });
            end += length;
            pieces.push(bytes);
        }
        let part = Arc::clone(&self.part);
        off_thread("writing a pack", move || {
            part.disk.files.write_at(&part.file, &pieces, at).map_err(|cause| part.failed(cause))
        })
        .await?;
        self.entries.extend(added);
        self.written = end;
        Ok(())
    }

    fn written(&self) -> u64 {
        self.written
    }

    async fn seal(self: Box<Self>) -> Result<SealedPack, BackendError> {
        let commits = self.part.disk.commits.share().await;
        off_thread("sealing a pack", move || {
            let Self { part, entries, written } = *self;
            let placed = Placed::holding(commits.lock(&part.disk)?);
            let footer = Footer::of(entries.into_values().collect());
            part.seal(&footer, written).map_err(|cause| part.failed(cause))?;
            Ok(SealedPack { name: part.name.clone(), entries: footer.into_entries(), placed })
        })
        .await
    }
}

impl Part {
    fn seal(&self, footer: &Footer, at: u64) -> io::Result<()> {
        let files = &*self.disk.files;
        files.write_at(&self.file, &[footer.to_bytes().into()], at)?;
        files.sync_data(&self.file)?;
        files.rename(&self.path, &self.disk.names.pack(&self.name))?;
        self.sealed.store(true, Ordering::Relaxed);
        self.disk.syncs.packs.sync(files)
    }

    fn failed(&self, cause: io::Error) -> BackendError {
        BackendError::io(format!("writing pack {}", self.name), cause)
    }
}

impl Disk {
    pub(super) fn read_packed(&self, pack: &PackName, range: &Range<u64>) -> BackendResult<BlobBytes> {
        let (file, size) = self.open_pack(pack)?;
        if size < range.end {
            return Err(wrong(pack, &io::Error::from(io::ErrorKind::UnexpectedEof).to_string()));
        }
        let failed = |cause| BackendError::io(format!("reading pack {pack}"), cause);
        let length = range.end.saturating_sub(range.start);
        match usize::try_from(length) {
            Ok(short) if length <= super::read::AT_ONCE => {
                Ok(BlobBytes::AtOnce(read_at(&file, short, range.start).map_err(failed)?.into()))
            }
            _ => Ok(BlobBytes::File { file, at: range.start, length }),
        }
    }

    pub(super) fn pack_entries(&self, pack: &PackName) -> BackendResult<Vec<PackEntry>> {
        let (file, size) = self.open_pack(pack)?;
        let read = |length: u64| {
            let at = size.checked_sub(length).ok_or(io::ErrorKind::UnexpectedEof)?;
            read_at(&file, usize::try_from(length).map_err(io::Error::other)?, at)
        };
        let failed = |cause| BackendError::io(format!("reading pack {pack}"), cause);
        if size < HEADER + TRAILER {
            return Err(wrong(pack, "it is too short"));
        }
        let trailer = read(TRAILER).map_err(failed)?;
        let trailer = Trailer::parse(&trailer, size).map_err(|cause| wrong(pack, &cause.to_string()))?;
        let end = read(trailer.length + TRAILER).map_err(failed)?;
        let footer = Footer::parse(&end, size).map_err(|cause| wrong(pack, &cause.to_string()))?;
        Ok(footer.into_entries())
    }

    pub(super) fn remove_pack(&self, pack: &PackName) -> BackendResult<()> {
        let removed = super::remove::gone(self.files.remove(&self.names.pack(pack)));
        removed.map_err(|cause| BackendError::io(format!("removing pack {pack}"), cause))
    }

    fn open_pack(&self, pack: &PackName) -> BackendResult<(File, u64)> {
        let failed = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => BackendError::NoPack(pack.clone()),
            _ => BackendError::io(format!("reading pack {pack}"), cause),
        };
        let file = File::open(self.names.pack(pack)).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        Ok((file, size))
    }
}

fn wrong(pack: &PackName, what: &str) -> BackendError {
    BackendError::WrongPack { pack: pack.clone(), what: what.to_owned() }
}
