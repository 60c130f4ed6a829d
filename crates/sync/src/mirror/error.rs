//! Why a mirror's images are not known.

use portolan_catalog::CatalogError;
use portolan_transport::TransportError;

use crate::select::{Clash, ExpandError, ImageListError};

/// Why it cannot be said which images a mirror wants.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The list of images cannot be had.
    #[error("the list of images cannot be read")]
    List(#[from] ImageListError),
    /// A list of repositories or tags cannot be read.
    #[error("cannot list {what}")]
    Source {
        /// What was to be listed.
        what: String,
        /// Why not.
        #[source]
        cause: TransportError,
    },
    /// A target cannot be used.
    #[error("{place} cannot be used as a target")]
    Target {
        /// The target.
        place: String,
        /// Why not.
        #[source]
        cause: TransportError,
    },
    /// An image has no place in a target.
    #[error(transparent)]
    Expand(#[from] ExpandError),
    /// Two images want the same name at the same target.
    #[error("{} and {} both go to {}{}", .0.first, .0.second, .0.target, more(.1))]
    Clash(Box<Clash>, usize),
    /// A target that cannot be one of a mirror.
    #[error("{0} cannot be the target of a mirror: an archive is written once and not kept in step")]
    Archive(String),
    /// The journal cannot be used.
    #[error("the journal of copies cannot be used")]
    Journal(#[from] CatalogError),
    /// The run was cancelled.
    #[error("the run was interrupted")]
    Cancelled,
}

fn more(others: &usize) -> String {
    match others {
        0 => String::new(),
        others => format!(" (and {others} more such pairs)"),
    }
}
