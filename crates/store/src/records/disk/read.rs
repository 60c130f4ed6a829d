//! Reading all files of records.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};

use super::folder;
use crate::BackendError;
use crate::backend::disk::{Disk, Folder, off_thread};
use crate::records::line::{self, Line, Mark};
use crate::records::{ReadRecord, SnapshotIs};

/// Bytes of lines that are read in one hop, at least one line.
const PAGE: u64 = 1024 * 1024;

/// No line is longer: a manifest has 4 MiB, and a third more in base64.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Where the reading is.
enum Reading {
    Begin(Arc<Disk>),
    /// Files to be read, the next one last.
    Files(Vec<PathBuf>),
    File(Box<Lines>, Vec<PathBuf>),
}

pub(super) fn all(disk: &Arc<Disk>) -> BoxStream<'static, Result<ReadRecord, BackendError>> {
    let pages = stream::unfold(Some(Reading::Begin(Arc::clone(disk))), |reading| async {
        let what = "reading records";
        let page = off_thread(what, move || {
            reading.map_or(Ok(None), Reading::page).map_err(|cause| BackendError::io(what, cause))
        });
        match page.await {
            Ok(None) => None,
            Ok(Some((page, rest))) => Some((stream::iter(page).map(Ok).boxed(), Some(rest))),
            Err(error) => Some((stream::iter([Err(error)]).boxed(), None)),
        }
    });
    pages.flatten().boxed()
}

impl Reading {
    /// The next records, and what comes after them; `None` at the end.
    fn page(self) -> io::Result<Option<(Vec<ReadRecord>, Self)>> {
        match self {
            Self::Begin(disk) => {
                let found = folder::look(&disk.folder(Folder::Records))?;
                let snapshots = found.snapshots.into_iter().map(|(_, path)| path);
                let files = snapshots.chain(found.files).rev().collect();
                Ok(Some((Vec::new(), Self::Files(files))))
            }
            Self::Files(mut files) => {
                let Some(path) = files.pop() else { return Ok(None) };
                match Lines::open(&path) {
                    // A snapshot was made meanwhile that covers it.
                    Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                        Ok(Some((Vec::new(), Self::Files(files))))
                    }
                    lines => Ok(Some((Vec::new(), Self::File(Box::new(lines?), files)))),
                }
            }
            Self::File(mut lines, files) => {
                let mut page = Vec::new();
                let end = lines.read(&mut page)?;
                let rest = if end { Self::Files(files) } else { Self::File(lines, files) };
                Ok(Some((page, rest)))
            }
        }
    }
}

/// The lines of a file.
struct Lines {
    file: String,
    reader: BufReader<File>,
    /// The line that was read last, from 1.
    number: u64,
    /// One that could not be read: it is told if another follows.
    unreadable: Option<u64>,
    /// What is known of it if it is a snapshot.
    snapshot: Option<Snapshot>,
}

/// What is known of a snapshot that is being read.
#[derive(Debug)]
struct Snapshot {
    records: u64,
    is: SnapshotIs,
}

impl Lines {
    fn open(path: &Path) -> io::Result<Self> {
        let reader = BufReader::with_capacity(256 * 1024, File::open(path)?);
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { file, reader, number: 0, unreadable: None, snapshot: None })
    }

    /// The next lines; whether the file ends with them.
    fn read(&mut self, page: &mut Vec<ReadRecord>) -> io::Result<bool> {
        let (mut read, mut line) = (0, Vec::new());
        while read < PAGE {
            line.clear();
            read += (&mut self.reader).take(LONGEST).read_until(b'\n', &mut line)? as u64;
            if line.is_empty() {
                let snapshot = self.snapshot.take();
                page.extend(snapshot.map(|snapshot| ReadRecord::SnapshotEnds(snapshot.is)));
                return Ok(true);
            }
            self.number += 1;
            let unreadable = self.unreadable.take().map(|line| (self.file.clone(), line));
            page.extend(unreadable.map(|(file, line)| ReadRecord::Unreadable { file, line }));
            match line.strip_suffix(b"\n").and_then(line::read) {
                Some(Line::Record(record)) => {
                    page.push(ReadRecord::Record(record));
                    if let Some(snapshot) = &mut self.snapshot {
                        snapshot.records += 1;
                    }
                }
                Some(Line::Mark(mark)) => page.extend(self.mark(&mark)),
                None => {
                    self.unreadable = Some(self.number);
                    if line.len() as u64 == LONGEST {
                        self.reader.skip_until(b'\n')?;
                    }
                }
            }
        }
        Ok(false)
    }

    /// Takes in what a snapshot says of itself. It is whole if it has its last line and as many others as that says.
    fn mark(&mut self, mark: &Mark) -> Option<ReadRecord> {
        match mark {
            Mark::Snapshot { .. } => {
                self.snapshot = Some(Snapshot { records: 0, is: SnapshotIs::Damaged });
                Some(ReadRecord::SnapshotBegins)
            }
            Mark::End { lines } => {
                if let Some(snapshot) = self.snapshot.as_mut().filter(|read| read.records == *lines) {
                    snapshot.is = SnapshotIs::Whole;
                }
                None
            }
        }
    }
}
