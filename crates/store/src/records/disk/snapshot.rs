//! Snapshots: all there is, at one moment.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use super::disk_records::Keeper;
use super::folder::{self, Found};
use crate::BackendError;
use crate::backend::disk::{Disk, Folder, LockFile, off_thread};
use crate::records::line::{self, Line, Mark};
use crate::records::{Record, SnapshotWriter, Written};

/// How many snapshots are kept.
const KEPT: usize = 2;

/// How much of a snapshot is looked at to find its first line.
const FIRST_LINE: u64 = 64 * 1024 * 1024;

/// A snapshot that is being written.
#[derive(Debug)]
pub(super) struct DiskSnapshot {
    part: Arc<Part>,
    end: u64,
    lines: u64,
    _alone: LockFile,
}

/// Its file.
#[derive(Debug)]
struct Part {
    disk: Arc<Disk>,
    file: File,
    path: PathBuf,
    /// What it is called when it is complete.
    name: PathBuf,
}

/// The files that a snapshot is about.
#[derive(Debug, Default)]
struct Begun {
    /// It is instead of these.
    covers: HashSet<String>,
    /// These were being written; so many bytes were there.
    open: BTreeMap<String, u64>,
}

pub(super) fn written(disk: &Disk) -> io::Result<Written> {
    let found = folder::look(&disk.folder(Folder::Records))?;
    let (begun, snapshot) = match found.snapshots.last() {
        None => (Begun::default(), 0),
        Some((_, path)) => (Begun::read(path)?, fs::metadata(path)?.len()),
    };
    let mut since_snapshot = 0;
    for path in &found.files {
        let name = name_of(path);
        if let Ok(found) = fs::metadata(path)
            && !begun.covers.contains(&name)
        {
            since_snapshot += found.len().saturating_sub(begun.open.get(&name).copied().unwrap_or(0));
        }
    }
    Ok(Written { since_snapshot, snapshot })
}

impl DiskSnapshot {
    /// Ends the process's own file before it looks which are closed.
    pub(super) fn begin(keeper: &Arc<Keeper>, alone: LockFile) -> io::Result<Self> {
        let (disk, folder) = (Arc::clone(&keeper.disk), keeper.disk.folder(Folder::Records));
        keeper.close();
        let found = folder::look(&folder)?;
        for part in &found.parts {
            disk.files.remove(part)?;
        }
        let (mut covers, mut open) = (Vec::new(), BTreeMap::new());
        for path in &found.files {
            if folder::is_closed(path)? {
                covers.push(name_of(path));
            } else if let Ok(found) = fs::metadata(path) {
                open.insert(name_of(path), found.len());
            }
        }
        // Their order is that of their names, whatever becomes of the clock.
        let last = found.snapshots.last().map_or(0, |(time, _)| *time);
        let name = folder.join(folder::snapshot_name(folder::now().max(last + 1)));
        let path = name.with_extension("part");
        let part = Part { file: disk.files.create(&path)?, disk, path, name };
        let end = part.write(&[line::write(&Mark::Snapshot { at: Timestamp::now(), covers, open })?], 0)?;
        Ok(Self { part: Arc::new(part), end, lines: 0, _alone: alone })
    }
}

impl Part {
    /// Writes lines; where they end.
    fn write(&self, lines: &[Bytes], at: u64) -> io::Result<u64> {
        self.disk.files.write_at(&self.file, lines, at)?;
        Ok(at + lines.iter().map(|line| line.len() as u64).sum::<u64>())
    }

    fn finish(&self, end: u64, lines: u64) -> io::Result<()> {
        let folder = self.disk.folder(Folder::Records);
        self.write(&[line::write(&Mark::End { lines })?], end)?;
        self.disk.files.sync_data(&self.file)?;
        self.disk.files.rename(&self.path, &self.name)?;
        self.disk.files.sync_folder(&folder)?;
        clean(&self.disk, &folder)
    }
}

#[async_trait]
impl SnapshotWriter for DiskSnapshot {
    async fn add(&mut self, records: Vec<Record>) -> Result<(), BackendError> {
        let (part, at, count) = (Arc::clone(&self.part), self.end, records.len() as u64);
        self.end = in_snapshot(move || {
            let lines: Vec<_> = records.iter().map(line::write).collect::<Result<_, _>>()?;
            part.write(&lines, at)
        })
        .await?;
        self.lines += count;
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), BackendError> {
        in_snapshot(move || self.part.finish(self.end, self.lines)).await
    }

    async fn give_up(self: Box<Self>) -> Result<(), BackendError> {
        in_snapshot(move || self.part.disk.files.remove(&self.part.path)).await
    }
}

async fn in_snapshot<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BackendError> {
    let what = "writing a snapshot";
    off_thread(what, move || work().map_err(|cause| BackendError::io(what, cause))).await
}

/// Removes what the kept snapshots are instead of. Older snapshots go first, and for good: with them alone, what was
/// deleted since would come back.
fn clean(disk: &Disk, folder: &Path) -> io::Result<()> {
    let Found { files, snapshots, .. } = folder::look(folder)?;
    let (old, kept) = snapshots.split_at(snapshots.len().saturating_sub(KEPT));
    let [(_, older), _] = kept else { return Ok(()) };
    for (_, path) in old {
        disk.files.remove(path)?;
    }
    if !old.is_empty() {
        disk.files.sync_folder(folder)?;
    }
    let covered = Begun::read(older)?.covers;
    for path in files.iter().filter(|path| covered.contains(&name_of(path))) {
        disk.files.remove(path)?;
    }
    Ok(())
}

impl Begun {
    /// What the first line of a snapshot says. One that cannot be read is instead of nothing.
    fn read(snapshot: &Path) -> io::Result<Self> {
        let mut first = Vec::new();
        let file = File::open(snapshot)?;
        BufReader::new(file).take(FIRST_LINE).read_until(b'\n', &mut first)?;
        Ok(match first.strip_suffix(b"\n").and_then(line::read) {
            Some(Line::Mark(Mark::Snapshot { covers, open, .. })) => {
                Self { covers: covers.into_iter().collect(), open }
            }
            _ => Self::default(),
        })
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
