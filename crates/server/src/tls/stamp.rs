//! Whether files are still those that were read.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What tells a file from the one that was there before, through symbolic links; nothing if none is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileStamp {
    device: u64,
    inode: u64,
    size: u64,
    /// Nanoseconds go into it.
    modified: (i64, i64),
}

/// The stamps of certificate and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(Option<FileStamp>, Option<FileStamp>);

impl Stamp {
    pub(super) async fn of(cert: &Path, key: &Path) -> Self {
        Self(stamp(cert).await, stamp(key).await)
    }
}

async fn stamp(path: &Path) -> Option<FileStamp> {
    let metadata = tokio::fs::metadata(path).await.ok()?;
    Some(FileStamp {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
    })
}
