//! What a blob's bytes are found by.

use std::fmt;

use portolan_oci::Digest;

/// Bytes of a digest that were placed once. What was collected and pushed again lies under a new generation, so
/// that a delete that comes late meets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobKey {
    /// What the bytes hash to.
    pub digest: Digest,
    /// 0 at first.
    pub generation: u64,
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.generation {
            0 => write!(f, "{}", self.digest),
            generation => write!(f, "{} (generation {generation})", self.digest),
        }
    }
}
