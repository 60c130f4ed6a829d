//! What Portolan holds itself: blobs by digest, and repositories over them.
//!
//! A [`Store`] is a catalogue and a [`BlobBackend`]. Bytes lie in the backend; what they are and who may read them
//! stands in the catalogue (`portolan-catalog`, subject `content`). Existence is the catalogue's row, never a file.
//! A [`StoreRepository`] is what pushes and pulls deal with; it is also a source and a target of the copy engine.
//!
//! Not here: how the store is asked over HTTP (`portolan-server`).

mod backend;
mod belongs;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod gc;
mod holding;
mod host;
mod layouts;
mod packs;
mod place;
mod rebuild;
mod records;
mod repository;
mod rounds;
mod settings;
mod store;
pub mod testing;
mod uploads;
mod verify;
mod watermark;

pub use backend::{
    Area, BackendError, BlobBackend, BlobBytes, BlobKey, Collecting, DiskBackend, Listed, ListedPart,
    PartState, PartWriter, Placed, Room, Sharing, StoreId, StoreIdError, Sweeping,
};
pub use error::{Cause, StoreError, StoreResult};
pub use gc::{CollectObserver, CollectOptions, Collected, Collection, Quiet, Step};
pub use layouts::DiskLayouts;
pub use packs::{
    Footer, FooterError, ListedPack, PACK_SIZE, PACKED_BELOW, PackEntry, PackWriter, SealedPack,
};
pub use rebuild::{RebuildError, Rebuilt, rebuild};
pub use records::{
    DiskRecords, ReadRecord, Record, RecordKeeper, Snapshot, SnapshotIs, SnapshotWriter, Written,
};
pub use repository::{Mounted, Objects, PutMany, StoreRepository};
pub use settings::{Reserve, SparseIndexes, StoreSettings, UploadLimits};
pub use store::Store;
pub use uploads::{Incoming, Proof, Sent, Upload};
pub use verify::{DamagedBlob, KnownDamage, VerifyObserver, VerifyReport, VerifyStoreError, Wrong, verify};
