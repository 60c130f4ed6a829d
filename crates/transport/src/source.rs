//! Where images are read from.

use async_trait::async_trait;
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest, Tag, TagOrDigest};

use crate::{BlobRead, Capabilities, Location, Support, TransportError, TransportResult};

/// One repository (or layout, or archive) that images are read from.
///
/// All methods may be called at the same time from many tasks.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// Which place this is.
    fn location(&self) -> &Location;

    /// What the place can do, as far as it is known now.
    fn capabilities(&self) -> Capabilities;

    /// What `reference` points at, as cheaply as the place can tell (one HEAD at a registry).
    ///
    /// # Errors
    /// `NotFound` if it is not there.
    async fn resolve(&self, reference: &TagOrDigest) -> TransportResult<Descriptor>;

    /// The manifest that `reference` points at, checked against its digest. At Docker Hub this counts as a
    /// pull.
    ///
    /// # Errors
    /// `NotFound`; `Content` if the bytes have another digest; `Manifest` if they are none.
    async fn manifest(&self, reference: &TagOrDigest) -> TransportResult<RawManifest>;

    /// The bytes of a blob from `offset` on, unverified. A connection that breaks is taken up again at the
    /// byte where it broke; the stream fails only when that does not help.
    ///
    /// # Errors
    /// `NotFound` if the place does not have it.
    async fn blob(&self, blob: &Descriptor, offset: u64) -> TransportResult<BlobRead>;

    /// All tags, in no particular order; none for a repository that is empty.
    ///
    /// # Errors
    /// `NotFound` if the repository does not exist.
    async fn tags(&self) -> TransportResult<Vec<Tag>>;

    /// The one image that is meant where none is named: the only one with a tag, else the only one that does
    /// not belong to another as its referrer. Places that hold a lot do not look.
    ///
    /// # Errors
    /// `NotFound` if there is none; `Rejected`, listing the tags, if there are several; `Unsupported` where a
    /// name is always needed.
    async fn only_image(&self) -> TransportResult<Descriptor> {
        Err(TransportError::Unsupported { what: format!("reading {} without a tag", self.location()) })
    }

    /// What refers to `subject` by its `subject` field, of one artifact type or of all.
    ///
    /// # Errors
    /// If the place fails; a subject without referrers, or a subject that is not there, has an empty list.
    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
    ) -> TransportResult<Referrers>;

    /// What the place itself lists as referring to `subject`, whatever its artifact type; `None` where it has
    /// no such list. Fallback tags are not looked at: this is one request at most for each page.
    ///
    /// # Errors
    /// As [`referrers`](Self::referrers).
    async fn listed_referrers(&self, subject: &Digest) -> TransportResult<Option<Vec<Descriptor>>> {
        let Referrers { descriptors, via } = self.referrers(subject, None).await?;
        Ok((via == ReferrersVia::Api).then_some(descriptors))
    }

    /// Takes it for known whether the place lists referrers by itself, as was found out earlier. What was seen
    /// in this process stands; a place that knows itself does not listen.
    fn assume_referrers_api(&self, _: Support) {}
}

/// What refers to a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrers {
    /// Descriptors of the referring manifests, with artifact type and annotations.
    pub descriptors: Vec<Descriptor>,
    /// How they were found.
    pub via: ReferrersVia,
}

/// How referrers were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferrersVia {
    /// The place knows them itself (the referrers API).
    Api,
    /// From the index under the fallback tag, whose bytes are carried too.
    FallbackTag(Box<RawManifest>),
    /// There is no API and no fallback tag.
    Nothing,
}
