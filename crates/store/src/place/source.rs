//! Reading.

use async_trait::async_trait;
use futures::StreamExt as _;
use portolan_catalog::TagRange;
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest, Tag, TagOrDigest};
use portolan_transport::{
    BlobRead, Capabilities, Location, Referrers, ReferrersVia, Source, Support, TransportError,
    TransportResult,
};

use crate::{StoreError, StoreRepository};

/// What a repository of the store can do: everything.
pub(super) const CAPABILITIES: Capabilities = Capabilities {
    referrers_api: Support::Yes,
    mount: Support::Yes,
    anonymous_mount: Support::Yes,
    resumable_upload: Support::Yes,
    delete_tag: Support::Yes,
    any_artifact: Support::Yes,
};

#[async_trait]
impl Source for StoreRepository {
    fn location(&self) -> &Location {
        self.place()
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn resolve(&self, reference: &TagOrDigest) -> TransportResult<Descriptor> {
        let what = self.what(reference);
        let found = self.stat_manifest(reference).await.map_err(Self::failed(&what))?;
        let found = found.ok_or(TransportError::NotFound { what })?;
        Ok(Descriptor::new(found.media_type, found.digest, found.size))
    }

    async fn manifest(&self, reference: &TagOrDigest) -> TransportResult<RawManifest> {
        let absent = || TransportError::NotFound { what: self.what(reference) };
        self.raw_manifest(reference).await?.ok_or_else(absent)
    }

    async fn blob(&self, blob: &Descriptor, offset: u64) -> TransportResult<BlobRead> {
        let what = self.what(blob.digest);
        let absent = || TransportError::NotFound { what: what.clone() };
        let found = self.find_blob(&blob.digest).await.map_err(Self::failed(&what))?.ok_or_else(absent)?;
        let offset = offset.min(found.size);
        let bytes = self.read_blob(&found, offset..found.size).await.map_err(Self::failed(&what))?;
        let stream = bytes.ok_or_else(absent)?.into_stream();
        let stream = stream.map(move |piece| piece.map_err(|cause| TransportError::io(what.clone(), cause)));
        Ok(BlobRead { offset, stream: stream.boxed() })
    }

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        let what = self.what("the tags");
        let all = self.all_tags().await?;
        all.ok_or(TransportError::NotFound { what })
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
    ) -> TransportResult<Referrers> {
        let what = self.what(format_args!("the referrers of {subject}"));
        let mut descriptors = Vec::new();
        let mut after = None;
        loop {
            let page = StoreRepository::referrers(self, subject, artifact_type, after.as_ref()).await;
            let page = page.map_err(Self::failed(&what))?;
            for text in &page.descriptors {
                let descriptor = serde_json::from_str(text).map_err(|cause| TransportError::Unavailable {
                    what: what.clone(),
                    cause: Box::new(cause),
                })?;
                descriptors.push(descriptor);
            }
            after = page.next;
            if after.is_none() {
                return Ok(Referrers { descriptors, via: ReferrersVia::Api });
            }
        }
    }
}

impl StoreRepository {
    pub(super) async fn raw_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>> {
        let what = self.what(reference);
        let Some(found) = self.find_manifest(reference).await.map_err(Self::failed(&what))? else {
            return Ok(None);
        };
        let raw = RawManifest::with_digest(found.body, Some(&found.media_type), found.digest);
        raw.map(Some).map_err(|cause| TransportError::raw_manifest(what, cause))
    }

    pub(super) async fn all_tags(&self) -> TransportResult<Option<Vec<Tag>>> {
        let all = TagRange { after: None, limit: None };
        let page = StoreRepository::tags(self, &all).await.map_err(Self::failed(self.what("the tags")))?;
        let tags = page.map(|page| page.tags.to_tags()).transpose();
        tags.map_err(StoreError::from).map_err(Self::failed(self.what("the tags")))
    }
}
