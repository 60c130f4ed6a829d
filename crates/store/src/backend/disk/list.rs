//! Looking through the folders.

use std::ffi::OsStr;
use std::fs::{DirEntry, ReadDir};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;

use super::disk_backend::Disk;
use super::names::{ALGORITHMS, aside_of, blob_of, pack_of, part_of};
use super::{Files, Folder, off_thread};
use crate::backend::error::BackendResult;
use crate::backend::{Area, BackendError, Listed, ListedPart};
use crate::packs::ListedPack;

/// How many entries are looked at in one hop.
const PAGE: usize = 512;

/// What a file is by its name, with its size and when it was changed; `None` if it is not ours.
type Named<T> = fn(Folder, &OsStr, (u64, Timestamp)) -> Option<T>;

pub(super) fn blobs(disk: &Disk, area: Area) -> BoxStream<'static, BackendResult<Listed>> {
    match area {
        Area::Blobs => walk(disk, &ALGORITHMS.map(Folder::Blobs), blob),
        Area::Quarantine => walk(disk, &[Folder::Quarantine], aside),
    }
}

pub(super) fn parts(disk: &Disk) -> BoxStream<'static, BackendResult<ListedPart>> {
    walk(disk, &[Folder::Uploads], part)
}

pub(super) fn packs(disk: &Disk) -> BoxStream<'static, BackendResult<ListedPack>> {
    walk(disk, &[Folder::Packs], pack)
}

fn blob(folder: Folder, name: &OsStr, (size, changed): (u64, Timestamp)) -> Option<Listed> {
    let Folder::Blobs(algorithm) = folder else { return None };
    Some(Listed { key: blob_of(algorithm, name)?, size, changed })
}

fn aside(_: Folder, name: &OsStr, (size, changed): (u64, Timestamp)) -> Option<Listed> {
    Some(Listed { key: aside_of(name)?, size, changed })
}

fn part(_: Folder, name: &OsStr, (size, changed): (u64, Timestamp)) -> Option<ListedPart> {
    Some(ListedPart { id: part_of(name)?, size, changed })
}

fn pack(_: Folder, name: &OsStr, (size, changed): (u64, Timestamp)) -> Option<ListedPack> {
    Some(ListedPack { name: pack_of(name)?, size, changed })
}

/// Where a walk is. A folder stays open meanwhile: its entries are told once each.
struct Walk<T> {
    folders: Vec<(Folder, PathBuf)>,
    open: Option<(Folder, ReadDir)>,
    named: Named<T>,
    files: Arc<dyn Files>,
}

fn walk<T: Send + 'static>(
    disk: &Disk,
    folders: &[Folder],
    named: Named<T>,
) -> BoxStream<'static, BackendResult<T>> {
    let folders = folders.iter().rev().map(|folder| (*folder, disk.names.folder(*folder))).collect();
    let walk = Walk { folders, open: None, named, files: Arc::clone(&disk.files) };
    let pages = stream::unfold(Some(walk), |walk| async {
        match off_thread("listing files", move || walk.map_or(Ok(None), Walk::page)).await {
            Ok(None) => None,
            Ok(Some((page, rest))) => Some((stream::iter(page).map(Ok).boxed(), Some(rest))),
            Err(error) => Some((stream::iter([Err(error)]).boxed(), None)),
        }
    });
    pages.flatten().boxed()
}

impl<T> Walk<T> {
    /// The next page, and what comes after it; `None` at the end.
    fn page(mut self) -> BackendResult<Option<(Vec<T>, Self)>> {
        if self.open.is_none() {
            let Some((folder, path)) = self.folders.pop() else { return Ok(None) };
            let entries = std::fs::read_dir(&path).map_err(failed)?;
            self.open = Some((folder, entries));
        }
        let mut page = Vec::new();
        if let Some((folder, entries)) = &mut self.open {
            let mut looked_at = 0;
            for entry in entries.by_ref().take(PAGE) {
                page.extend(look(*folder, &entry.map_err(failed)?, (self.named, &*self.files))?);
                looked_at += 1;
            }
            if looked_at < PAGE {
                self.open = None;
            }
        }
        Ok(Some((page, self)))
    }
}

fn look<T>(
    folder: Folder,
    entry: &DirEntry,
    (named, files): (Named<T>, &dyn Files),
) -> BackendResult<Option<T>> {
    match entry.metadata() {
        Ok(found) if found.is_file() => {
            let changed = files.changed(&found);
            Ok(changed.and_then(|changed| named(folder, &entry.file_name(), (found.len(), changed))))
        }
        // It went meanwhile, or is no file.
        Ok(_) => Ok(None),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(failed(cause)),
    }
}

fn failed(cause: io::Error) -> BackendError {
    BackendError::io("listing files", cause)
}
