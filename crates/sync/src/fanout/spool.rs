//! A file that remembers for the slow what the fast have long had.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

/// How much is read back at once.
const READ: u64 = 256 * 1024;

/// Bytes of a blob from some offset on, in a file without a name that vanishes with the process.
#[derive(Debug)]
pub(crate) struct Spool {
    file: Arc<File>,
    from: u64,
    until: AtomicU64,
}

impl Spool {
    /// An empty spool for the bytes from `from` on.
    pub(crate) async fn create(folder: &Path, from: u64) -> std::io::Result<Self> {
        let folder = folder.to_owned();
        let file = blocking(move || {
            std::fs::create_dir_all(&folder)?;
            tempfile::tempfile_in(&folder)
        })
        .await?;
        Ok(Self { file: Arc::new(file), from, until: AtomicU64::new(from) })
    }

    /// Where the bytes end that can be read.
    pub(crate) fn until(&self) -> u64 {
        self.until.load(Ordering::Acquire)
    }

    /// Appends the next bytes.
    pub(crate) async fn append(&self, bytes: Bytes) -> std::io::Result<()> {
        let at = self.until();
        let end = at + bytes.len() as u64;
        let (file, position) = (Arc::clone(&self.file), at - self.from);
        blocking(move || file.write_all_at(&bytes, position)).await?;
        self.until.store(end, Ordering::Release);
        Ok(())
    }

    /// Up to `limit` bytes from `at` on, which must lie within what was appended.
    pub(crate) async fn read(&self, at: u64, limit: u64) -> std::io::Result<Bytes> {
        let len = usize::try_from(limit.min(READ).min(self.until().saturating_sub(at))).unwrap_or_default();
        let (file, position) = (Arc::clone(&self.file), at.saturating_sub(self.from));
        blocking(move || {
            let mut buffer = vec![0; len];
            file.read_exact_at(&mut buffer, position)?;
            Ok(Bytes::from(buffer))
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}
