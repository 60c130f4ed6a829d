//! The tags of a source, and which of them hold what belongs to images; read once in a run.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use portolan_catalog::CatalogError;
use portolan_oci::{Digest, Tag};
use portolan_transport::{Source, TransportResult};
use tokio::sync::OnceCell;

use super::ArtifactTypes;
use super::request::{CopyRequest, ReferrerPolicy};
use crate::Engine;
use crate::select::is_belonging;

/// What cosign appends to the tag of a digest for its signatures, attestations and SBOMs, as far as these types
/// are taken. They count as the artifact types that cosign gives to the same things with a `subject`.
pub(super) fn cosign_suffixes(types: &ArtifactTypes) -> impl Iterator<Item = &'static str> {
    ["sig", "att", "sbom"].into_iter().filter(|suffix| {
        let artifact_type = format!("application/vnd.dev.cosign.artifact.{suffix}.v1+json").parse().ok();
        types.take(artifact_type.as_ref())
    })
}

/// What is learnt from the tags of a source, once in a run.
#[derive(Debug, Default)]
pub(crate) struct SourceLists {
    tags: OnceCell<SourceTags>,
    /// Whether the tags were read to choose among them.
    chosen_from: AtomicBool,
    /// Of images that the journal knows, the parts to which tags belong.
    parts: OnceCell<HashMap<Digest, Vec<Digest>>>,
}

/// The tags of a source.
#[derive(Debug)]
pub(crate) enum SourceTags {
    /// All of them.
    Listed(HashSet<Tag>),
    /// The source does not list them: each must be asked for.
    Unlisted,
}

impl SourceTags {
    pub(super) fn may_have(&self, tag: &Tag) -> bool {
        match self {
            Self::Listed(tags) => tags.contains(tag),
            Self::Unlisted => true,
        }
    }

    /// Those of them that say by their names that they belong to a manifest, of cosign's those of these types;
    /// none where tags are not listed.
    pub(crate) fn about(&self, subject: &Digest, types: &ArtifactTypes) -> Vec<Tag> {
        let Self::Listed(tags) = self else { return Vec::new() };
        let cosign = cosign_suffixes(types).filter_map(|suffix| Tag::cosign(subject, suffix).ok());
        cosign.chain([subject.fallback_tag()]).filter(|tag| tags.contains(tag)).collect()
    }

    /// The manifests that have such tags. (Of a SHA-512 the tag does not tell the whole.)
    fn subjects(&self) -> HashSet<Digest> {
        let Self::Listed(tags) = self else { return HashSet::new() };
        let subject = |tag: &Tag| {
            let name = tag.as_str();
            let name = name.split_once('.').map_or(name, |(name, _)| name);
            name.replacen('-', ":", 1).parse().ok()
        };
        tags.iter().filter(|tag| is_belonging(tag)).filter_map(subject).collect()
    }
}

impl SourceLists {
    /// The tags. A source that cannot list them is asked for each tag that may matter.
    pub(crate) async fn tags(&self, source: &dyn Source) -> &SourceTags {
        let list = async || match source.tags().await {
            Ok(tags) => SourceTags::Listed(tags.into_iter().collect()),
            Err(cause) => {
                tracing::debug!(%cause, source = %source.location(), "tags cannot be listed");
                SourceTags::Unlisted
            }
        };
        self.tags.get_or_init(list).await
    }

    /// Whether the tags were read in any case: what belongs to images is seen in them for nothing.
    pub(crate) fn are_at_hand(&self) -> bool {
        self.chosen_from.load(Ordering::Relaxed)
    }

    /// The parts of an unmoved image to which tags of the source belong, as far as the journal knows its parts.
    pub(crate) async fn parts(
        &self,
        engine: &Engine,
        source: &dyn Source,
        image: &Digest,
    ) -> Result<&[Digest], CatalogError> {
        let load = async || {
            let subjects: Vec<Digest> = self.tags(source).await.subjects().into_iter().collect();
            let mut parts: HashMap<Digest, Vec<Digest>> = HashMap::new();
            if subjects.is_empty() {
                return Ok(parts);
            }
            for (part, images) in engine.journal.parents_of(&subjects).await? {
                images.into_iter().for_each(|image| parts.entry(image).or_default().push(part));
            }
            Ok(parts)
        };
        let parts = self.parts.get_or_try_init(load).await?;
        Ok(parts.get(image).map_or(&[], Vec::as_slice))
    }
}

impl Engine {
    /// All tags of a source, read once in a run.
    pub(crate) async fn list_tags_of(&self, source: &dyn Source) -> TransportResult<Vec<Tag>> {
        let lists = self.lists_of(source);
        if let Some(SourceTags::Listed(tags)) = lists.tags.get() {
            return Ok(tags.iter().cloned().collect());
        }
        let tags = source.tags().await?;
        lists.chosen_from.store(true, Ordering::Relaxed);
        lists.tags.get_or_init(|| async { SourceTags::Listed(tags.iter().cloned().collect()) }).await;
        Ok(tags)
    }

    /// Reads the tags of the source, if what belongs to the image will be looked for among them.
    pub(crate) async fn learn_tags(&self, request: &CopyRequest) {
        if let ReferrerPolicy::Carry(_) = request.rules.referrers {
            self.lists_of(&*request.source).tags(&*request.source).await;
        }
    }
}
