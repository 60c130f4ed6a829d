//! The database's file and folder.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use crate::{CatalogError, DatabaseLocation};

/// Makes the file and its folder where they are missing, for the owner's eyes only: the journal holds names
/// of private repositories and upload sessions. What is there keeps its permissions. (SQLite gives its
/// `-wal` and `-shm` files those of the database.)
pub(crate) fn prepare_file(location: &DatabaseLocation, path: &Path) -> Result<(), CatalogError> {
    make(path).map_err(|error| CatalogError::Open { location: location.to_string(), source: Arc::new(error) })
}

fn make(path: &Path) -> io::Result<()> {
    if path.try_exists()? {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Not `create_new`: another process may be doing the same.
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    File::open(folder)?.sync_all()
}
