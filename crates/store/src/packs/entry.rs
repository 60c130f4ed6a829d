//! What is in a pack.

use jiff::Timestamp;
use portolan_catalog::PackName;
use portolan_oci::Digest;

/// Bytes after which a pack is full.
pub const PACK_SIZE: u64 = 64 * 1024 * 1024;

/// Objects of this size and above are files of their own.
pub const PACKED_BELOW: u64 = 1024 * 1024;

/// An object in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackEntry {
    /// What its bytes hash to.
    pub digest: Digest,
    /// Where they begin in the pack.
    pub offset: u64,
    /// How many there are.
    pub length: u64,
}

/// A pack that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPack {
    /// Its name.
    pub name: PackName,
    /// Bytes of the file.
    pub size: u64,
    /// When it was sealed.
    pub changed: Timestamp,
}
