//! Looking through the folders.

use std::ffi::OsStr;
use std::fs::{DirEntry, Metadata, ReadDir};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;

use super::disk_backend::Disk;
use super::names::{ALGORITHMS, aside_of, blob_of, pack_of, part_of};
use super::{Folder, off_thread};
use crate::backend::error::BackendResult;
use crate::backend::{Area, BackendError, Listed, ListedPart};
use crate::packs::ListedPack;

/// How many entries are looked at in one hop.
const PAGE: usize = 512;

/// What a file is by its name; `None` if it is not ours.
type Named<T> = fn(Folder, &OsStr, &Metadata) -> Option<T>;

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

fn blob(folder: Folder, name: &OsStr, found: &Metadata) -> Option<Listed> {
    let Folder::Blobs(algorithm) = folder else { return None };
    Some(Listed { key: blob_of(algorithm, name)?, size: found.len(), changed: changed(found)? })
}

fn aside(_: Folder, name: &OsStr, found: &Metadata) -> Option<Listed> {
    Some(Listed { key: aside_of(name)?, size: found.len(), changed: changed(found)? })
}

fn part(_: Folder, name: &OsStr, found: &Metadata) -> Option<ListedPart> {
    Some(ListedPart { id: part_of(name)?, size: found.len(), changed: changed(found)? })
}

fn pack(_: Folder, name: &OsStr, found: &Metadata) -> Option<ListedPack> {
    Some(ListedPack { name: pack_of(name)?, size: found.len(), changed: changed(found)? })
}

/// When it was last written or got a name.
fn changed(found: &Metadata) -> Option<Timestamp> {
    let time = |seconds, nanos: i64| Timestamp::new(seconds, i32::try_from(nanos).ok()?).ok();
    let written = time(found.mtime(), found.mtime_nsec())?;
    let named = time(found.ctime(), found.ctime_nsec())?;
    Some(written.max(named))
}

/// Where a walk is. A folder stays open meanwhile: its entries are told once each.
struct Walk<T> {
    folders: Vec<(Folder, PathBuf)>,
    open: Option<(Folder, ReadDir)>,
    named: Named<T>,
}

fn walk<T: Send + 'static>(
    disk: &Disk,
    folders: &[Folder],
    named: Named<T>,
) -> BoxStream<'static, BackendResult<T>> {
    let folders = folders.iter().rev().map(|folder| (*folder, disk.names.folder(*folder))).collect();
    let walk = Walk { folders, open: None, named };
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
                page.extend(look(*folder, &entry.map_err(failed)?, self.named)?);
                looked_at += 1;
            }
            if looked_at < PAGE {
                self.open = None;
            }
        }
        Ok(Some((page, self)))
    }
}

fn look<T>(folder: Folder, entry: &DirEntry, named: Named<T>) -> BackendResult<Option<T>> {
    match entry.metadata() {
        Ok(found) if found.is_file() => Ok(named(folder, &entry.file_name(), &found)),
        // It went meanwhile, or is no file.
        Ok(_) => Ok(None),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(failed(cause)),
    }
}

fn failed(cause: io::Error) -> BackendError {
    BackendError::io("listing files", cause)
}
