//! Packs: many small objects in one file, made durable at once.
//!
//! ```text
//! PTLNPK1\n, the store's UUID (16 bytes)
//! the objects, one after the other
//! of each object, sorted by digest: algorithm byte, digest, offset, length    ┐
//! their count                                                                 ├ the footer
//! SHA-256 of the footer, its length, PTLNPK1\n
//! ```
//!
//! Numbers are 8 bytes, little-endian. A pack is never changed: its name comes when it is complete.
//!
//! Not here: which object is read from which pack (rows of the catalogue), files of packs (`backend`).

mod entry;
mod footer;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod writer;

pub use entry::{ListedPack, PACK_SIZE, PACKED_BELOW, PackEntry};
pub use footer::{Footer, FooterError};
pub(crate) use footer::{HEADER, TRAILER, Trailer, header};
pub use writer::{PackWriter, SealedPack};
