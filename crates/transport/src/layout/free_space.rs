//! How much room there is for a layout.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::blocking::off_thread;
use super::repository::LayoutRepository;
use crate::{FreeSpace, TransportError, TransportResult};

impl LayoutRepository {
    pub(super) async fn room(&self) -> TransportResult<FreeSpace> {
        let (path, what) = (
            self.contents.files().root().to_owned(),
            format!("the free space for {}", self.contents.location()),
        );
        off_thread(&what.clone(), move || measure(&path, &what)).await
    }
}

/// A folder that is not there yet will lie where its parent is.
fn measure(path: &Path, what: &str) -> TransportResult<FreeSpace> {
    let failed = |cause| TransportError::io(what, cause);
    let there = path.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let volume = std::fs::metadata(there).map_err(failed)?.dev();
    let room = rustix::fs::statvfs(there).map_err(|cause| failed(cause.into()))?;
    Ok(FreeSpace { volume, bytes: room.f_bavail.saturating_mul(room.f_frsize) })
}
