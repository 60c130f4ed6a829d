//! What alters the folder, each step by itself.

use std::fmt::Debug;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, IoSlice};
use std::os::unix::fs::{DirBuilderExt, MetadataExt as _, OpenOptionsExt};
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;

/// The steps by which files and folders are altered, and when that was. Other reading needs none of them.
pub(crate) trait Files: Debug + Send + Sync + 'static {
    /// Makes a folder and those above it; one that is there is left as it is.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Opens a file for reading and writing; it is made if it is not there.
    fn create(&self, path: &Path) -> io::Result<File>;

    /// Opens a file for reading and writing that is there.
    fn open(&self, path: &Path) -> io::Result<File>;

    /// Writes all pieces one after the other, from `at` on.
    fn write_at(&self, file: &File, pieces: &[Bytes], at: u64) -> io::Result<()>;

    /// Makes a file shorter.
    fn cut(&self, file: &File, length: u64) -> io::Result<()>;

    /// Makes a file's bytes and length durable.
    fn sync_data(&self, file: &File) -> io::Result<()>;

    /// Makes durable which names a folder has.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Gives a file one more name, which must be free.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file another name, which may be taken.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Takes a name away.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// When a file was last written or got a name.
    fn changed(&self, found: &Metadata) -> Option<Timestamp>;
}

/// The system's files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemFiles;

/// How many pieces one call to the system takes (`IOV_MAX`).
const PIECES: usize = 1024;

impl Files for SystemFiles {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).open(path)
    }

    fn write_at(&self, file: &File, pieces: &[Bytes], mut at: u64) -> io::Result<()> {
        let mut slices: Vec<_> =
            pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| IoSlice::new(piece)).collect();
        let mut rest = slices.as_mut_slice();
        while !rest.is_empty() {
            let next = rest.get(..PIECES).unwrap_or(rest);
            match rustix::io::pwritev(file, next, at) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    IoSlice::advance_slices(&mut rest, written);
                    at += written as u64;
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(cause) => return Err(cause.into()),
            }
        }
        Ok(())
    }

    fn cut(&self, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn changed(&self, found: &Metadata) -> Option<Timestamp> {
        let time = |seconds, nanos: i64| Timestamp::new(seconds, i32::try_from(nanos).ok()?).ok();
        let written = time(found.mtime(), found.mtime_nsec())?;
        let named = time(found.ctime(), found.ctime_nsec())?;
        Some(written.max(named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_written_one_after_the_other_however_many() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let file = SystemFiles.create(&path).unwrap();
        let pieces: Vec<Bytes> = (0..3 * PIECES).map(|n| Bytes::from(n.to_string())).collect();
        SystemFiles.write_at(&file, &[Bytes::from_static(b"..")], 0).unwrap();
        SystemFiles.write_at(&file, &pieces, 2).unwrap();
        SystemFiles.write_at(&file, &[Bytes::new()], 7).unwrap();
        let expected = format!("..{}", (0..3 * PIECES).map(|n| n.to_string()).collect::<String>());
        assert!(fs::read_to_string(path).unwrap() == expected);
    }
}
