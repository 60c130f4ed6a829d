//! What every kind of place for bytes shows.

use std::fmt::Debug;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use portolan_catalog::{PackName, UploadId};

use super::{
    Area, BackendError, BlobBytes, BlobKey, Collecting, Listed, ListedPart, PartState, PartWriter, Placed,
    Room, StoreId, Sweeping,
};
use crate::packs::{ListedPack, PackEntry, PackWriter};

/// A place for bytes. Whether a blob exists is told by the catalogue's row and by nobody else; a backend does what
/// it is told, as often as it is told.
#[async_trait]
pub trait BlobBackend: Debug + Send + Sync + 'static {
    /// Which store this is; `None` if that was never said.
    ///
    /// # Errors
    /// [`Malformed`](BackendError::Malformed), [`Version`](BackendError::Version), or if the place fails.
    async fn identity(&self) -> Result<Option<StoreId>, BackendError>;

    /// Says which store this is.
    ///
    /// # Errors
    /// If the place fails.
    async fn set_identity(&self, id: &StoreId) -> Result<(), BackendError>;

    /// Some bytes of a blob. An open answer is read to its end whatever becomes of the key.
    ///
    /// # Errors
    /// [`NotFound`](BackendError::NotFound), or [`Short`](BackendError::Short) if there are fewer bytes than
    /// `range` ends at.
    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobBytes, BackendError>;

    /// Begins a session's bytes. Nothing need be there before the first byte is written.
    ///
    /// # Errors
    /// If the place fails.
    async fn begin(&self, id: &UploadId) -> Result<Box<dyn PartWriter>, BackendError>;

    /// Goes on with a session at `offset`; what was written beyond it is cut off, and stays a blob's if it has been
    /// placed. Waits until writes of a dropped writer that are still under way have ended.
    ///
    /// # Errors
    /// [`PartLost`](BackendError::PartLost) if there are fewer bytes than `offset`;
    /// [`PartInUse`](BackendError::PartInUse) if there is a writer. If exactly `offset` bytes have been placed they can
    /// only be placed again: writing more fails with [`PartLost`](BackendError::PartLost).
    async fn resume(
        &self,
        id: &UploadId,
        state: &PartState,
        offset: u64,
    ) -> Result<Box<dyn PartWriter>, BackendError>;

    /// The durable bytes of a session, to hash them again.
    ///
    /// # Errors
    /// [`PartLost`](BackendError::PartLost).
    async fn read_part(&self, id: &UploadId, state: &PartState) -> Result<BlobBytes, BackendError>;

    /// Gives the bytes of a finished session the name of a blob. The session keeps them, so that they can be placed
    /// again under another generation; they are not written any more. What lay there is replaced.
    ///
    /// # Errors
    /// [`PartLost`](BackendError::PartLost), or [`PartInUse`](BackendError::PartInUse) if there is a writer.
    async fn place(&self, id: &UploadId, state: &PartState, key: &BlobKey) -> Result<Placed, BackendError>;

    /// Ends a session's bytes. What is not there is ended.
    ///
    /// # Errors
    /// If the place fails.
    async fn discard(&self, id: &UploadId) -> Result<(), BackendError>;

    /// Places bytes that are at hand. What lay there is replaced.
    ///
    /// # Errors
    /// [`Full`](BackendError::Full), or any other.
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<Placed, BackendError>;

    /// Removes a blob's bytes. What is not there is removed. After a power cut it may be there again.
    ///
    /// # Errors
    /// If the place fails.
    async fn remove(&self, key: &BlobKey) -> Result<(), BackendError>;

    /// Takes a blob's bytes away from where they are read, and keeps them. What is not there is set aside.
    ///
    /// # Errors
    /// If the place fails.
    async fn set_aside(&self, key: &BlobKey) -> Result<(), BackendError>;

    /// All keys of an area, in no order. What comes or goes meanwhile may be among them or not; files that are not
    /// named as ours are, are passed over.
    fn list(&self, area: Area) -> BoxStream<'static, Result<Listed, BackendError>>;

    /// The bytes of all sessions.
    fn parts(&self) -> BoxStream<'static, Result<ListedPart, BackendError>>;

    /// Begins a pack.
    ///
    /// # Errors
    /// If the place fails.
    async fn begin_pack(&self) -> Result<Box<dyn PackWriter>, BackendError>;

    /// Some bytes of a pack. An open answer is read to its end whatever becomes of the pack.
    ///
    /// # Errors
    /// [`NoPack`](BackendError::NoPack): its objects may be in another one since their rows were read;
    /// [`WrongPack`](BackendError::WrongPack) if it ends before `range` does.
    async fn read_packed(&self, pack: &PackName, range: Range<u64>) -> Result<BlobBytes, BackendError>;

    /// What is in a pack, sorted by digest, as its footer says.
    ///
    /// # Errors
    /// [`NoPack`](BackendError::NoPack), [`WrongPack`](BackendError::WrongPack).
    async fn pack_entries(&self, pack: &PackName) -> Result<Vec<PackEntry>, BackendError>;

    /// Removes a pack. What is not there is removed. After a power cut it may be there again.
    ///
    /// # Errors
    /// If the place fails.
    async fn remove_pack(&self, pack: &PackName) -> Result<(), BackendError>;

    /// All packs that are complete, in no order.
    fn packs(&self) -> BoxStream<'static, Result<ListedPack, BackendError>>;

    /// How much room there is.
    ///
    /// # Errors
    /// If the place fails.
    async fn room(&self) -> Result<Room, BackendError>;

    /// Keeps others from collecting; `None` if one of them does already.
    ///
    /// # Errors
    /// If the place fails.
    async fn collecting(&self) -> Result<Option<Collecting>, BackendError>;

    /// Waits until this process has placed nothing that is not committed, and keeps all from placing more; `None` if
    /// another process is placing something just now.
    ///
    /// # Errors
    /// If the place fails.
    async fn sweeping(&self) -> Result<Option<Sweeping>, BackendError>;
}
