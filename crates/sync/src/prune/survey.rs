//! What the tags of a target name, as far as it matters for a deletion.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{Digest, MediaKind, RawManifest, Tag, TagOrDigest};
use portolan_transport::{Target, TransportResult};

/// Tags that are read at once.
const PARALLEL: usize = 16;

/// Indexes in indexes are followed so far.
const DEPTH: usize = 4;

/// What a tag names, and what that needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) digest: Digest,
    /// All manifests below it.
    pub(super) children: Vec<Digest>,
    /// What it refers to.
    pub(super) subject: Option<Digest>,
}

/// Reads what these tags name. One that is gone meanwhile is absent.
pub(super) async fn survey(
    target: &dyn Target,
    tags: impl IntoIterator<Item = Tag>,
) -> TransportResult<BTreeMap<Tag, Named>> {
    stream::iter(tags)
        .map(|tag| async move {
            let manifest = target.read_manifest(&TagOrDigest::Tag(tag.clone())).await?;
            let Some(manifest) = manifest else { return Ok(None) };
            let children = below(target, &manifest).await?;
            let subject = manifest.parsed().subject().map(|subject| subject.digest);
            Ok(Some((tag, Named { digest: *manifest.digest(), children, subject })))
        })
        .buffer_unordered(PARALLEL)
        .try_filter_map(|named| async move { Ok(named) })
        .try_collect()
        .await
}

/// The manifests below one, whatever their number of levels.
async fn below(target: &dyn Target, manifest: &RawManifest) -> TransportResult<Vec<Digest>> {
    let mut all = Vec::new();
    let mut level: Vec<_> = manifest.parsed().children().to_vec();
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for child in level {
            if child.media_type.kind() == MediaKind::Index
                && let Some(index) = target.read_manifest(&TagOrDigest::Digest(child.digest)).await?
            {
                next.extend(index.parsed().children().iter().cloned());
            }
            all.push(child.digest);
        }
        level = next;
    }
    all.extend(level.into_iter().map(|child| child.digest));
    Ok(all)
}
