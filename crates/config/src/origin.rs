//! Where a value comes from.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// In the file.
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// The line, the first being 1.
        line: usize,
        /// The column in characters, the first being 1.
        column: usize,
    },
    /// By a variable of the environment.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Variable(name) => write!(f, "${name}"),
        }
    }
}

/// An [`Origin`] while there is but one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Default,
    File(Mark),
    Variable(String),
}

/// A place in the file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// The bytes of what is meant, as far as the parser says.
    pub(crate) bytes: Range<usize>,
}

impl Place {
    pub(crate) fn origin(&self, path: &Path) -> Origin {
        match self {
            Self::Default => Origin::Default,
            Self::File(mark) => Origin::File { path: path.to_owned(), line: mark.line, column: mark.column },
            Self::Variable(name) => Origin::Variable(name.clone()),
        }
    }
}
