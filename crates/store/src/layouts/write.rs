//! Making the layout of one repository.

use std::collections::HashSet;

use bytes::Bytes;
use futures::TryStreamExt as _;
use portolan_catalog::{BlobPlace, NamedManifest, StoredBlob};
use portolan_oci::{Descriptor, Digest, RawManifest, RepositoryName, Tag, TagOrDigest, with_causes};
use serde::Serialize;

use super::DiskLayouts;
use super::disk::Entry;
use crate::{BackendError, BlobKey, Store, StoreRepository, StoreResult};

/// Tags that are read at once.
const TAGS: u32 = 1_000;

/// Blobs that are looked up at once.
const BLOBS: usize = 400;

/// The annotation of a descriptor in `index.json` that has the tag (image-spec, "Image Index", pre-defined annotations).
const REF_NAME: &str = "org.opencontainers.image.ref.name";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u8,
    media_type: &'static str,
    manifests: Vec<Descriptor>,
}

/// What a layout is to have.
struct Layout<'a> {
    store: &'a Store,
    layouts: &'a DiskLayouts,
    repository: StoreRepository,
    wanted: HashSet<Digest>,
    /// Blobs whose places are not known yet.
    blobs: Vec<Digest>,
}

impl Store {
    /// Makes the layout of a repository as the repository is now: none where there are no tags.
    pub(super) async fn write_layout(
        &self,
        layouts: &DiskLayouts,
        repository: &RepositoryName,
    ) -> StoreResult<()> {
        let (wanted, blobs) = (HashSet::new(), Vec::new());
        let at = self.repository(repository.clone());
        let mut layout = Layout { store: self, layouts, repository: at, wanted, blobs };
        let (mut manifests, mut after) = (Vec::new(), None::<Tag>);
        loop {
            let page = layout.repository.tagged(after.as_ref().map(Tag::as_str), TAGS).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.tag.clone());
            for NamedManifest { tag, mut manifest, .. } in page {
                layout.add(manifest.digest).await?;
                manifest.annotations.insert(REF_NAME.to_owned(), tag.to_string());
                manifests.push(manifest);
            }
        }
        if manifests.is_empty() {
            return Ok(layouts.remove(repository).await?);
        }
        layout.place_blobs().await?;
        let index =
            Index { schema_version: 2, media_type: "application/vnd.oci.image.index.v1+json", manifests };
        let index =
            serde_json::to_vec(&index).map_err(|cause| BackendError::io("writing a layout", cause.into()));
        layouts.finish(repository, (index?, layout.wanted)).await?;
        Ok(())
    }
}

impl Layout<'_> {
    /// Adds a manifest with all below it.
    async fn add(&mut self, digest: Digest) -> StoreResult<()> {
        let mut waiting = vec![digest];
        while let Some(digest) = waiting.pop() {
            if !self.wanted.insert(digest) {
                continue;
            }
            // One that was deleted meanwhile, or that an index names although it was never here.
            let found = self.repository.find_manifest(&TagOrDigest::Digest(digest)).await?;
            let Some(found) = found else { continue };
            let body = found.body;
            match RawManifest::with_digest(body.clone(), Some(&found.media_type), digest) {
                Ok(raw) => {
                    waiting.extend(raw.parsed().children().iter().map(|child| child.digest));
                    for blob in raw.parsed().blobs() {
                        if self.wanted.insert(blob.digest) {
                            self.blobs.push(blob.digest);
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(%digest, cause = with_causes(&error), "not all of a layout is written");
                }
            }
            self.layouts.place(self.repository.name(), vec![Entry::File(digest, body)]).await?;
            if self.blobs.len() >= BLOBS {
                self.place_blobs().await?;
            }
        }
        Ok(())
    }

    async fn place_blobs(&mut self) -> StoreResult<()> {
        let blobs = std::mem::take(&mut self.blobs);
        let found = self.store.content().find_blobs(self.repository.name(), &blobs).await?;
        let mut entries = Vec::with_capacity(found.len());
        for blob in found {
            entries.extend(self.entry(&blob).await?);
        }
        self.layouts.place(self.repository.name(), entries).await?;
        Ok(())
    }

    /// What lies in a pack gets a file: it is small.
    async fn entry(&self, blob: &StoredBlob) -> StoreResult<Option<Entry>> {
        if let BlobPlace::File { generation } = blob.place {
            return Ok(Some(Entry::Blob(BlobKey { digest: blob.digest, generation })));
        }
        let Some(bytes) = self.repository.read_blob(blob, 0..blob.size).await? else { return Ok(None) };
        let pieces: Vec<Bytes> = bytes
            .into_stream()
            .try_collect()
            .await
            .map_err(|cause| BackendError::io("reading a small object", cause))?;
        Ok(Some(Entry::File(blob.digest, pieces.concat().into())))
    }
}
