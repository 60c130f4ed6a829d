//! What belongs to a manifest without being named by it: referrers, fallback tags, cosign's tags.

use std::collections::HashSet;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{Descriptor, Digest, RawManifest, Tag, TagOrDigest};
use portolan_transport::{Referrers, ReferrersVia, Source, Support, TransportResult};

use super::discover::Walk;
use super::request::{CopyRequest, ReferrerPolicy};
use super::tree::{ReferrerList, Role};
use crate::event::Event;
use crate::{CopyError, Engine};

/// What cosign appends to the tag of a digest for its signatures, attestations and SBOMs.
const COSIGN_SUFFIXES: [&str; 3] = ["sig", "att", "sbom"];
const PARALLEL: usize = 8;

/// The tags of a source, read once in a run.
#[derive(Debug)]
pub(crate) enum SourceTags {
    /// All of them.
    Listed(HashSet<Tag>),
    /// The source does not list them: each must be asked for.
    Unlisted,
}

impl SourceTags {
    fn may_have(&self, tag: &Tag) -> bool {
        match self {
            Self::Listed(tags) => tags.contains(tag),
            Self::Unlisted => true,
        }
    }

    /// Those of them that belong to an image by their names; none where they are not listed.
    pub(crate) fn about(&self, image: &Digest) -> Vec<Tag> {
        let Self::Listed(tags) = self else { return Vec::new() };
        let cosign = COSIGN_SUFFIXES.iter().filter_map(|suffix| Tag::cosign(image, suffix).ok());
        cosign.chain([image.fallback_tag()]).filter(|tag| tags.contains(tag)).collect()
    }
}

/// A source whose tags cannot be listed is asked for each tag that may matter.
async fn list_tags(source: &dyn Source) -> SourceTags {
    match source.tags().await {
        Ok(tags) => SourceTags::Listed(tags.into_iter().collect()),
        Err(cause) => {
            tracing::debug!(%cause, source = %source.location(), "tags cannot be listed");
            SourceTags::Unlisted
        }
    }
}

impl Engine {
    /// All tags of a source, read once in a run.
    pub(crate) async fn list_tags_of(&self, source: &dyn Source) -> TransportResult<Vec<Tag>> {
        let cell = self.tags_of(source);
        if let Some(SourceTags::Listed(tags)) = cell.get() {
            return Ok(tags.iter().cloned().collect());
        }
        let tags = source.tags().await?;
        cell.get_or_init(|| async { SourceTags::Listed(tags.iter().cloned().collect()) }).await;
        Ok(tags)
    }

    /// Reads the tags of the source, if what belongs to the image will be looked for among them.
    pub(crate) async fn learn_tags(&self, request: &CopyRequest) {
        if request.referrers == ReferrerPolicy::Carry {
            let cell = self.tags_of(&*request.source);
            cell.get_or_init(|| list_tags(&*request.source)).await;
        }
    }
}

impl Walk<'_> {
    /// Takes in what belongs to `subjects`; gives the manifests found, which may have belongings themselves.
    pub(super) async fn belongings(
        &mut self,
        engine: &Engine,
        subjects: &[Digest],
        lists: &mut Vec<ReferrerList>,
    ) -> Result<Vec<Digest>, CopyError> {
        let cell = engine.tags_of(&**self.source);
        let tags = cell.get_or_init(|| list_tags(&**self.source)).await;
        let walk = &*self;
        let found: Vec<_> = stream::iter(subjects)
            .map(|subject| walk.find(engine, *subject, tags))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let mut next = Vec::new();
        for found in found {
            next.extend(self.take_in(engine, found, lists).await?);
        }
        Ok(next)
    }

    async fn find(&self, engine: &Engine, subject: Digest, tags: &SourceTags) -> Result<Found, CopyError> {
        let referrers = self.referrers(engine, subject, tags).await?;
        let mut tagged = Vec::new();
        for suffix in COSIGN_SUFFIXES {
            let Ok(tag) = Tag::cosign(&subject, suffix) else { continue };
            if tags.may_have(&tag)
                && let Some(manifest) = self.fetch(&TagOrDigest::Tag(tag.clone())).await?
            {
                tagged.push((tag, manifest));
            }
        }
        let mut manifests = Vec::new();
        let (descriptors, fallback) = match referrers {
            None => (Vec::new(), None),
            Some(Referrers { descriptors, via }) => {
                let fallback = match via {
                    ReferrersVia::FallbackTag(index) => Some(*index),
                    ReferrersVia::Api | ReferrersVia::Nothing => None,
                };
                (descriptors, fallback)
            }
        };
        let fetched: Vec<_> = stream::iter(&descriptors)
            .map(|descriptor| self.fetch_listed(descriptor))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let mut missing = Vec::new();
        for (descriptor, manifest) in descriptors.into_iter().zip(fetched) {
            match manifest {
                Some(manifest) => manifests.push((descriptor, manifest)),
                None => missing.push(descriptor.digest),
            }
        }
        Ok(Found { subject, manifests, missing, fallback, tagged })
    }

    async fn fetch_listed(&self, descriptor: &Descriptor) -> Result<Option<RawManifest>, CopyError> {
        self.fetch(&TagOrDigest::Digest(descriptor.digest)).await
    }

    /// Asks for referrers, unless the source has no API and no fallback tag: that is known from its tags.
    async fn referrers(
        &self,
        engine: &Engine,
        subject: Digest,
        tags: &SourceTags,
    ) -> Result<Option<Referrers>, CopyError> {
        let api = || self.source.capabilities().referrers_api;
        // Of many images at once, one finds out whether there is an API.
        let first = engine.first_question(&**self.source);
        let lesson = if api() == Support::Unknown { Some(first.lock().await) } else { None };
        if api() == Support::No && !tags.may_have(&subject.fallback_tag()) {
            return Ok(None);
        }
        let lesson = lesson.filter(|_| api() == Support::Unknown);
        let referrers = self.source.referrers(&subject, None).await;
        drop(lesson);
        referrers.map(Some).map_err(|cause| {
            CopyError::source(format!("the referrers of {}@{subject}", self.source.location()), cause)
        })
    }

    async fn take_in(
        &mut self,
        engine: &Engine,
        found: Found,
        lists: &mut Vec<ReferrerList>,
    ) -> Result<Vec<Digest>, CopyError> {
        for missing in &found.missing {
            engine.observer.observe(Event::Warning {
                message: format!(
                    "{} lists {missing} as a referrer of {}, but does not have it",
                    self.source.location(),
                    found.subject
                ),
            });
        }
        let mut next = Vec::new();
        let mut descriptors = Vec::new();
        for (descriptor, manifest) in found.manifests {
            next.extend(self.adopt(manifest, Role::Referrer).await?);
            descriptors.push(descriptor);
        }
        for (tag, manifest) in found.tagged {
            next.extend(self.adopt(manifest, Role::Tagged(tag)).await?);
        }
        // An index that names what is not there could not be put as it is.
        let fallback = found.fallback.filter(|_| found.missing.is_empty());
        if !descriptors.is_empty() || fallback.is_some() {
            lists.push(ReferrerList { subject: found.subject, descriptors, fallback });
        }
        Ok(next)
    }
}

/// What was found to belong to one manifest.
struct Found {
    subject: Digest,
    manifests: Vec<(Descriptor, RawManifest)>,
    missing: Vec<Digest>,
    fallback: Option<RawManifest>,
    tagged: Vec<(Tag, RawManifest)>,
}
