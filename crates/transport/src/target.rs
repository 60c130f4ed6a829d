//! Where images are written to.

use async_trait::async_trait;
use portolan_oci::{Descriptor, Digest, RawManifest, RepositoryName, Tag, TagOrDigest, Verified};

use crate::{Capabilities, Chunk, Content, Location, Resumed, TransportResult, UploadState};

/// One repository (or layout, or archive) that images are written to.
///
/// The order is the caller's duty: blobs before the manifest that names them, children before parents, tags
/// last. All methods may be called at the same time from many tasks. Nothing that was begun is visible to a
/// reader of the place before it is committed.
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// Which place this is.
    fn location(&self) -> &Location;

    /// What the place can do, as far as it is known now.
    fn capabilities(&self) -> Capabilities;

    /// Whether the place has this blob.
    ///
    /// # Errors
    /// If the place fails; a blob or a repository that is not there is `false`.
    async fn has_blob(&self, blob: &Descriptor) -> TransportResult<bool>;

    /// What `reference` points at here; `None` if it is not there.
    ///
    /// # Errors
    /// If the place fails.
    async fn stat_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<Descriptor>>;

    /// The manifest that `reference` points at here; `None` if it is not there.
    ///
    /// # Errors
    /// If the place fails.
    async fn read_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>>;

    /// All tags here; none for a repository that does not exist yet.
    ///
    /// # Errors
    /// If the place fails.
    async fn tags(&self) -> TransportResult<Vec<Tag>>;

    /// Begins the upload of a blob, and tries to avoid it by mounting.
    ///
    /// # Errors
    /// If the place fails or refuses. A refused mount is not an error but a begun upload.
    async fn begin(&self, blob: &Descriptor, mount: &MountFrom) -> TransportResult<Begun>;

    /// Asks how far an upload has come, after a break or in another process.
    ///
    /// # Errors
    /// If the place fails.
    async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed>;

    /// Appends to an upload at its offset. The returned state is worth writing down: it can be resumed.
    ///
    /// # Errors
    /// After any failure the upload must be [resumed](Self::resume) before it goes on.
    async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState>;

    /// Ends an upload whose bytes have all been appended: only proven content can be committed.
    ///
    /// # Errors
    /// If the place finds other bytes than it was sent, or fails.
    async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()>;

    /// Sends all that remains of a blob and commits it, in one request where the place can do that.
    ///
    /// # Errors
    /// As [`append`](Self::append) and [`commit`](Self::commit); `Content` if the bytes turn out wrong.
    async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()>;

    /// Gives an upload up. What cannot be removed now is left to the place to expire.
    ///
    /// # Errors
    /// If the place fails.
    async fn abort(&self, upload: &UploadState) -> TransportResult<()>;

    /// Puts a manifest, byte for byte.
    ///
    /// # Errors
    /// `ContentUnknown` if the place misses what the manifest names.
    async fn put_manifest(&self, manifest: &RawManifest, name: &PutAs) -> TransportResult<PutOutcome>;

    /// Deletes a tag, or a manifest with all its tags.
    ///
    /// # Errors
    /// `Unsupported` if the place cannot delete that.
    async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted>;

    /// How much room there is for content; `None` if the place does not tell.
    ///
    /// # Errors
    /// If the place should tell and cannot.
    async fn free_space(&self) -> TransportResult<Option<FreeSpace>> {
        Ok(None)
    }

    /// Makes durable and visible what a place collects first (an archive is written here). Called once after
    /// the last write; without it an archive does not come to be.
    ///
    /// # Errors
    /// If the place fails.
    async fn close(&self) -> TransportResult<()>;
}

/// Room for content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeSpace {
    /// The volume: places with the same number share their room.
    pub volume: u64,
    /// Bytes that are free.
    pub bytes: u64,
}

/// Where else in the same place a blob may be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountFrom {
    /// Nowhere that is known, and it is not worth asking.
    Nowhere,
    /// The place may look by itself (distribution-spec, "Mounting a blob": `from` is optional).
    Anywhere,
    /// In this repository.
    Repository(RepositoryName),
}

/// How an upload began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// No bytes are needed: the place has the blob in this repository now.
    Mounted,
    /// The bytes are wanted.
    Upload(UploadState),
}

/// The name that a manifest gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutAs {
    /// Its digest only.
    Digest,
    /// A tag, which moves if it was there.
    Tag(Tag),
}

/// What a target said to a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOutcome {
    /// It is stored.
    Stored,
    /// It is stored, and the place lists it under its subject (`OCI-Subject`): no fallback tag is needed.
    StoredWithSubject,
}

/// What a deletion did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deleted {
    /// The tag is gone, the manifest is not.
    Tag,
    /// The manifest is gone, with all tags that pointed at it.
    Manifest(Digest),
    /// There was nothing.
    NotThere,
}
