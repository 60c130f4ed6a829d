//! Which images are of a kind that a mirror takes.

use std::collections::{BTreeSet, HashMap};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{Descriptor, Digest, Manifest, MediaType, RawManifest, TagOrDigest};
use portolan_transport::{Source, TransportError, TransportResult};

use super::MirrorError;
use crate::{ArtifactTypes, CopyRequest, Engine};

/// Images that are asked about at once.
const PARALLEL: usize = 64;
/// Manifests of one index that are read at once.
const PARALLEL_PARTS: usize = 8;
/// Indexes in indexes are looked into no deeper than this.
const MAX_DEPTH: usize = 8;

/// An image that a mirror leaves out because of what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherKind {
    /// The image, as its source names it.
    pub image: String,
    /// Its artifact types: of an index those of its manifests.
    pub kinds: Vec<MediaType>,
}

impl Engine {
    /// Takes out of `requests` the images that are of no wanted kind, and gives them. An image about which
    /// nothing can be found out stays: it fails alone when it is planned.
    pub(super) async fn leave_out_other_kinds(
        &self,
        requests: &mut Vec<CopyRequest>,
        types: &ArtifactTypes,
    ) -> Result<Vec<OtherKind>, MirrorError> {
        if *types == ArtifactTypes::All {
            return Ok(Vec::new());
        }
        let digests: Vec<Option<Digest>> = stream::iter(&*requests)
            .map(|request| self.shown(request))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let known: Vec<Digest> = digests.iter().flatten().copied().collect();
        let mut kinds = self.journal.kinds_of(&known).await?;
        let unknown = requests.iter().zip(&digests);
        let unknown: HashMap<Digest, &CopyRequest> = unknown
            .filter_map(|(request, digest)| {
                Some((digest.filter(|digest| !kinds.contains_key(digest))?, request))
            })
            .collect();
        let found: Vec<(Digest, Vec<MediaType>)> = stream::iter(unknown)
            .map(|(digest, request)| self.find_kinds(request, digest, types))
            .buffer_unordered(PARALLEL)
            .try_filter_map(async |found| Ok(found))
            .try_collect()
            .await?;
        if !found.is_empty() {
            self.journal.note_kinds(&found).await?;
        }
        kinds.extend(found);
        let mut others = Vec::new();
        let mut digests = digests.into_iter();
        requests.retain(|request| {
            let kinds = digests.next().flatten().and_then(|digest| kinds.get(&digest));
            let Some(kinds) = kinds.filter(|kinds| !are_wanted(kinds, types)) else { return true };
            let image = request.source.location().with(Some(&request.reference));
            others.push(OtherKind { image, kinds: kinds.clone() });
            false
        });
        Ok(others)
    }

    /// What the source shows; nothing where it has nothing to show.
    async fn shown(&self, request: &CopyRequest) -> Result<Option<Digest>, MirrorError> {
        let (source, reference) = (&*request.source, &request.reference);
        if let Some(digest) = self.selected.digest(source, reference) {
            return Ok(Some(digest));
        }
        let there = told(request, source.resolve(reference).await)?;
        if let Some(there) = &there {
            self.selected.note(source, reference, there.digest);
        }
        Ok(there.map(|there| there.digest))
    }

    /// Reads of which kinds an image is. The manifests of one that is wanted are kept for the plan.
    async fn find_kinds(
        &self,
        request: &CopyRequest,
        digest: Digest,
        types: &ArtifactTypes,
    ) -> Result<Option<(Digest, Vec<MediaType>)>, MirrorError> {
        let mut read = Vec::new();
        let Some(kinds) = told(request, kinds_of(&*request.source, digest, &mut read).await)? else {
            return Ok(None);
        };
        if are_wanted(&kinds, types) {
            read.into_iter().for_each(|manifest| self.selected.keep(manifest));
        }
        Ok(Some((digest, kinds)))
    }
}

fn are_wanted(kinds: &[MediaType], types: &ArtifactTypes) -> bool {
    kinds.iter().any(|kind| types.take(Some(kind)))
}

/// What a source said about one image. What may be otherwise at the next try is a failure of the whole: else an
/// image that is not wanted could be taken.
fn told<T>(request: &CopyRequest, answer: TransportResult<T>) -> Result<Option<T>, MirrorError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(cause) if cause.is_retryable() => Err(unread(request, cause)),
        Err(cause) => {
            let image = request.source.location().with(Some(&request.reference));
            tracing::debug!(%cause, image, "it is not known of which kind the image is");
            Ok(None)
        }
    }
}

fn unread(request: &CopyRequest, cause: TransportError) -> MirrorError {
    let image = request.source.location().with(Some(&request.reference));
    MirrorError::Source { what: format!("of which artifact type {image} is"), cause }
}

/// The artifact types of a manifest; of an index that does not say its own those of its manifests.
async fn kinds_of(
    source: &dyn Source,
    digest: Digest,
    read: &mut Vec<RawManifest>,
) -> TransportResult<Vec<MediaType>> {
    let mut kinds = BTreeSet::new();
    let mut next = vec![source.manifest(&TagOrDigest::Digest(digest)).await?];
    for _ in 0..MAX_DEPTH {
        let mut below: Vec<Descriptor> = Vec::new();
        for manifest in &next {
            match (manifest.parsed(), manifest.parsed().artifact_type()) {
                (_, Some(kind)) => _ = kinds.insert(kind.clone()),
                (Manifest::Index(index), None) => {
                    let said = index.manifests.iter().filter_map(|child| child.artifact_type.clone());
                    kinds.extend(said);
                    let unsaid = index
                        .manifests
                        .iter()
                        .filter(|child| child.artifact_type.is_none() && child.media_type.is_manifest());
                    below.extend(unsaid.cloned());
                }
                (Manifest::Image(_), None) => {}
            }
        }
        read.append(&mut next);
        next = stream::iter(below)
            .map(|child| async move { source.manifest(&TagOrDigest::Digest(child.digest)).await })
            .buffered(PARALLEL_PARTS)
            .try_collect()
            .await?;
    }
    Ok(kinds.into_iter().collect())
}
