//! Writing a pack.

use async_trait::async_trait;
use bytes::Bytes;
use portolan_catalog::PackName;
use portolan_oci::Digest;

use super::PackEntry;
use crate::{BackendError, Placed};

/// Takes the objects of a pack. Dropping it gives the pack up.
#[async_trait]
pub trait PackWriter: Send {
    /// Writes objects whose bytes have been proven. One that the pack has already is passed over.
    ///
    /// # Errors
    /// [`Full`](BackendError::Full), or any other; the pack has to be given up then.
    async fn add(&mut self, objects: Vec<(Digest, Bytes)>) -> Result<(), BackendError>;

    /// How many bytes were written: from [`PACK_SIZE`](super::PACK_SIZE) on it is full.
    fn written(&self) -> u64;

    /// Makes the pack durable, and gives it its name.
    ///
    /// # Errors
    /// [`Full`](BackendError::Full), or any other.
    async fn seal(self: Box<Self>) -> Result<SealedPack, BackendError>;
}

/// A pack that is durable.
#[derive(Debug)]
pub struct SealedPack {
    /// Its name.
    pub name: PackName,
    /// What is in it, sorted by digest.
    pub entries: Vec<PackEntry>,
    /// Held until rows name the pack.
    pub placed: Placed,
}
