//! What belongs to a manifest without being named by it: referrers, fallback tags, cosign's tags.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{Descriptor, Digest, RawManifest, Tag, TagOrDigest};
use portolan_transport::{Referrers, ReferrersVia, Support};

use super::ArtifactTypes;
use super::discover::Walk;
use super::source_lists::{SourceTags, cosign_suffixes};
use super::tree::{PartOf, ReferrerList, Role};
use crate::event::Event;
use crate::{CopyError, Engine};

const PARALLEL: usize = 8;

/// Whether a referrer may be of a type that is taken, as far as its entry in a list says.
pub(crate) fn may_take(types: &ArtifactTypes, listed: &Descriptor) -> bool {
    listed.artifact_type.is_none() || types.take(listed.artifact_type.as_ref())
}

/// Stands for what a source lists as referring to an image, in whatever order.
pub(crate) fn fingerprint<'a>(listed: impl IntoIterator<Item = &'a Descriptor>) -> Digest {
    let digests: BTreeSet<String> = listed.into_iter().map(|one| one.digest.to_string()).collect();
    Digest::sha256(Vec::from_iter(digests).join("\n").as_bytes())
}

impl Walk<'_> {
    /// Takes in what belongs to `subjects`.
    pub(super) async fn belongings(
        &mut self,
        engine: &Engine,
        subjects: &[Digest],
        lists: &mut Vec<ReferrerList>,
    ) -> Result<TakenIn, CopyError> {
        let lists_of_source = engine.lists_of(&**self.source);
        let tags = lists_of_source.tags(&**self.source).await;
        let walk = &*self;
        let found: Vec<_> = stream::iter(subjects)
            .map(|subject| walk.find(engine, *subject, tags))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let listed_first = found.first().and_then(|found| found.listed);
        let mut next = Vec::new();
        for found in found {
            next.extend(self.take_in(engine, found, lists).await?);
        }
        Ok(TakenIn { next, listed_first })
    }

    async fn find(&self, engine: &Engine, subject: Digest, tags: &SourceTags) -> Result<Found, CopyError> {
        let referrers = self.referrers(engine, subject, tags).await?;
        let mut tagged = Vec::new();
        for suffix in cosign_suffixes(self.types) {
            let Ok(tag) = Tag::cosign(&subject, suffix) else { continue };
            if tags.may_have(&tag)
                && let Some(manifest) = self.fetch(&TagOrDigest::Tag(tag.clone())).await?
            {
                tagged.push((tag, manifest));
            }
        }
        let mut manifests = Vec::new();
        let (mut listed, mut fallback) = (None, None);
        let mut left_out = false;
        let descriptors = referrers.map_or_else(Vec::new, |Referrers { mut descriptors, via }| {
            let all = descriptors.len();
            descriptors.retain(|one| may_take(self.types, one));
            left_out |= descriptors.len() < all;
            match via {
                ReferrersVia::Api => listed = Some(fingerprint(&descriptors)),
                ReferrersVia::FallbackTag(index) => fallback = Some(*index),
                ReferrersVia::Nothing => {}
            }
            descriptors
        });
        let fetched: Vec<_> = stream::iter(&descriptors)
            .map(|descriptor| self.fetch_listed(descriptor))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let mut missing = Vec::new();
        for (descriptor, manifest) in descriptors.into_iter().zip(fetched) {
            match manifest {
                // A list may not say what its entries are.
                Some(manifest) if !self.types.take(manifest.parsed().artifact_type()) => left_out = true,
                Some(manifest) => manifests.push((descriptor, manifest)),
                None => missing.push(descriptor.digest),
            }
        }
        // A list of which something is left out is made anew at the target.
        let part_of = fallback.take_if(|_| left_out).map(|index| {
            let name = self.types.part_of(&subject.fallback_tag());
            PartOf { name, digest: *index.digest() }
        });
        Ok(Found { subject, manifests, missing, listed, fallback, part_of, tagged })
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
        let part_of = found.part_of.filter(|_| found.missing.is_empty());
        if !descriptors.is_empty() || fallback.is_some() || part_of.is_some() {
            lists.push(ReferrerList { subject: found.subject, descriptors, fallback, part_of });
        }
        Ok(next)
    }
}

/// What was taken in.
pub(super) struct TakenIn {
    /// Manifests that may have belongings themselves.
    pub(super) next: Vec<Digest>,
    /// Stands for what the source itself lists of the first subject.
    pub(super) listed_first: Option<Digest>,
}

/// What was found to belong to one manifest.
struct Found {
    subject: Digest,
    manifests: Vec<(Descriptor, RawManifest)>,
    missing: Vec<Digest>,
    listed: Option<Digest>,
    fallback: Option<RawManifest>,
    part_of: Option<PartOf>,
    tagged: Vec<(Tag, RawManifest)>,
}
