//! The tar format, as far as archives of images need it: where each member's bytes are, and headers to write.
//!
//! Read are ustar, GNU (long names, old sparse files) and pax (long names, large sizes, sparse files); the
//! reader takes any bytes from strangers, so memory is bounded whatever the archive says.

mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod header;
mod index;
mod members;
mod path;
mod pax;
mod sparse;
mod write;

pub(crate) use error::TarError;
pub(crate) use index::TarIndex;
pub(crate) use members::Members;
pub(crate) use write::{END_OF_ARCHIVE, header_for, padding};

/// Headers and data come in blocks of this size.
pub(crate) const BLOCK: u64 = BLOCK_LEN as u64;
const BLOCK_LEN: usize = 512;

#[cfg(test)]
mod tests;
