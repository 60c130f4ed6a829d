//! Why an archive cannot be read.

use std::io;

/// Why an archive cannot be read. Positions are in bytes from its start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TarError {
    /// The file cannot be read.
    #[error("the archive cannot be read")]
    Io(#[from] io::Error),
    /// The archive ends before its content does.
    #[error("the archive is cut off: at byte {at} something begins that goes beyond its end")]
    CutOff {
        /// Where the header stands.
        at: u64,
    },
    /// There is something that is not a tar header.
    #[error("byte {at} is not the start of a tar header: {reason}")]
    Header {
        /// Where the header should stand.
        at: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// More members, longer names or more pieces than an archive of images has.
    #[error("the archive has too many {0}")]
    TooMany(&'static str),
}
