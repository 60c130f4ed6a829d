//! A file that gets its name when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use crate::layout::make_readable;
use crate::{Location, TransportError, TransportResult};

/// A file under construction beside the one that it will be.
#[derive(Debug)]
pub(super) struct UnfinishedFile {
    temporary: NamedTempFile,
    path: PathBuf,
}

/// A folder that goes with the work.
#[derive(Debug)]
pub(super) struct UnfinishedFolder {
    temporary: TempDir,
    /// Locked, so that the sweep of another process passes it over.
    _in_use: File,
}

impl UnfinishedFolder {
    pub(super) fn path(&self) -> &Path {
        self.temporary.path()
    }
}

/// Where a file is that has no folder in its path.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What the files are called that become `path`.
fn prefix(path: &Path) -> String {
    format!(".{}.partial-", path.file_name().unwrap_or_default().to_string_lossy())
}

/// An archive that is there is not changed: it would have to be written anew, and what others read from it
/// would go. An empty file is none.
///
/// # Errors
/// `Rejected` if there is one.
pub(super) fn must_be_absent(path: &Path, location: &Location) -> TransportResult<()> {
    match fs::metadata(path) {
        Ok(found) if found.len() > 0 || !found.is_file() => Err(TransportError::Rejected {
            what: format!("writing {location}"),
            message: "the file exists, and archives are not changed: remove it first or name another"
                .to_owned(),
        }),
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(TransportError::io(format!("looking for {}", path.display()), cause))
        }
        _ => Ok(()),
    }
}

impl UnfinishedFile {
    /// Begins a file, and removes what killed processes have left of earlier ones.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        let prefix = prefix(path);
        sweep(folder(path), &prefix)?;
        let temporary = tempfile::Builder::new().prefix(&prefix).tempfile_in(folder(path))?;
        // Says that it is in use; the sweep of another process passes it over.
        temporary.as_file().lock()?;
        Ok(Self { temporary, path: path.to_owned() })
    }

    pub(super) fn file(&self) -> &File {
        self.temporary.as_file()
    }

    /// A folder beside the file for what is collected first.
    pub(super) fn folder_beside(&self) -> io::Result<UnfinishedFolder> {
        let temporary =
            tempfile::Builder::new().prefix(&prefix(&self.path)).tempdir_in(folder(&self.path))?;
        let in_use = File::open(temporary.path())?;
        in_use.lock()?;
        Ok(UnfinishedFolder { temporary, _in_use: in_use })
    }

    /// Makes the file durable under its name.
    pub(super) fn place(self) -> io::Result<()> {
        make_readable(self.temporary.as_file())?;
        self.temporary.as_file().sync_all()?;
        if fs::metadata(&self.path).is_ok_and(|found| found.is_file() && found.len() == 0) {
            self.temporary.persist(&self.path).map_err(|error| error.error)?;
        } else {
            self.temporary.persist_noclobber(&self.path).map_err(|error| error.error)?;
        }
        File::open(folder(&self.path))?.sync_all()
    }
}

fn sweep(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            let in_use = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_err());
            if !in_use {
                // Another process may have been quicker.
                let _ = fs::remove_file(entry.path()).or_else(|_| fs::remove_dir_all(entry.path()));
            }
        }
    }
    Ok(())
}
