//! What Portolan holds itself: blobs by digest, and repositories over them.
//!
//! Bytes lie in a backend; what they are and who may read them stands in the catalogue
//! (`portolan-catalog`, subject `content`). Existence is the catalogue's row, never a file.
//!
//! Not here: how the store is asked over HTTP (`portolan-server`).

mod backend;
mod packs;
mod rebuild;
mod records;
mod rounds;
pub mod testing;
mod verify;

pub use backend::{
    Area, BackendError, BlobBackend, BlobBytes, BlobKey, Collecting, DiskBackend, Listed, ListedPart,
    PartState, PartWriter, Placed, Room, Sharing, StoreId, StoreIdError, Sweeping,
};
pub use packs::{
    Footer, FooterError, ListedPack, PACK_SIZE, PACKED_BELOW, PackEntry, PackWriter, SealedPack,
};
pub use rebuild::{RebuildError, Rebuilt, rebuild};
pub use records::{DiskRecords, ReadRecord, Record, RecordKeeper, SnapshotWriter};
pub use verify::{DamagedBlob, VerifyObserver, VerifyReport, VerifyStoreError, Wrong, verify};
