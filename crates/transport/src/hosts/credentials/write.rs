//! Replacing a file of secrets.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Replaces the file at once and for its owner only (mode 0600): a reader sees the old text or the new one. A
/// symbolic link stays one; the file it leads to is replaced.
pub(super) fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let path = follow(path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

/// Where a path leads to, which need not exist yet.
fn follow(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => match fs::read_link(path) {
            Ok(target) => follow(&path.parent().unwrap_or(Path::new("")).join(target)),
            Err(_) => Ok(path.to_owned()),
        },
        real => real,
    }
}
