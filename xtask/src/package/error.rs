//! Why a package cannot be built.

use std::io;
use std::path::{Path, PathBuf};

use crate::process::ProcessError;

/// Why a package cannot be built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageError {
    /// A file cannot be read or written.
    #[error("{} cannot be used", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// `[package.metadata.deb]` is not what [`assemble`](super::assemble) knows.
    #[error("the metadata of the Debian package cannot be read")]
    Metadata(#[from] serde_json::Error),
    /// The program is not in the workspace, or its metadata name what cannot be.
    #[error("the metadata of the packages are wrong: {0}")]
    Wrong(&'static str),
    /// A program failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

impl PackageError {
    /// For `map_err`: what the system said about a file.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}
