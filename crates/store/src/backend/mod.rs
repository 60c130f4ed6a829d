//! Where bytes lie: blobs by digest and generation, the bytes of sessions, and how much room there is.
//!
//! [`BlobBackend`] is what every kind of place shows; [`DiskBackend`] is a folder. A method that puts something
//! returns when it is on disk. Every backend passes the suite in [`crate::testing`].
//!
//! Not here: which blobs exist and who may read them (the catalogue's rows), nor what is written beside the
//! blobs to make those rows again (`records`).

mod blob_backend;
mod bytes;
pub(crate) mod disk;
mod error;
mod identity;
mod key;
mod listed;
mod part;
mod room;

pub use blob_backend::BlobBackend;
pub use bytes::BlobBytes;
pub use disk::{Collecting, DiskBackend, Sharing, Sweeping};
pub use error::BackendError;
pub use identity::{StoreId, StoreIdError};
pub use key::BlobKey;
pub use listed::{Area, Listed, ListedPart};
pub use part::{PartState, PartWriter, Placed};
pub use room::Room;
