//! Where the configuration is looked for.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::{Environment, LoadError};

/// A file that was found.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// Reads the first of: the file named on the command line, the one in `$PORTOLAN_CONFIG`, and the usual
/// places. A file that is named must be there; that there is none in the usual places is no error.
pub(crate) fn find(named: Option<&Path>, environment: &Environment) -> Result<Option<Found>, LoadError> {
    let named = named.or_else(|| environment.get("PORTOLAN_CONFIG").map(Path::new));
    if let Some(path) = named {
        return read(path).map(Some);
    }
    let personal = environment.folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("portolan"));
    let folders = [Some(PathBuf::from(".")), personal, Some(PathBuf::from("/etc/portolan"))];
    for folder in folders.into_iter().flatten() {
        match read(&folder.join("portolan.yaml")) {
            Err(LoadError::Unreadable { cause, .. })
                if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            other => return other.map(Some),
        }
    }
    Ok(None)
}

/// Reads one file.
pub(crate) fn read(path: &Path) -> Result<Found, LoadError> {
    let text =
        fs::read_to_string(path).map_err(|cause| LoadError::Unreadable { path: path.to_owned(), cause })?;
    Ok(Found { path: path.to_owned(), text })
}
