//! Whether anything new belongs to an image that has not moved.

use std::sync::Arc;

use portolan_oci::{Digest, Tag, TagOrDigest};
use portolan_transport::Support;

use super::make::Wanted;
use crate::blob::Lane;
use crate::copy::{fingerprint, may_take};
use crate::{ArtifactTypes, CarryRules, CopyError, CopyRequest, Engine, ReferrerPolicy};

/// Whether anything new belongs to an image.
pub(super) enum News {
    /// The source has something that a target was not seen to have.
    Some,
    /// It has not.
    None {
        /// Stands for what the source itself lists, if it was asked.
        listed: Option<Digest>,
    },
}

/// What a source itself lists as referring to an image.
enum Listed {
    /// This, found out now.
    Now(Digest),
    /// What was carried: it was asked not long ago.
    Lately,
    /// It has no such list.
    Nowhere,
}

impl Engine {
    /// Whether the source has something that belongs to an image and that a target was not seen to have.
    pub(super) async fn news(
        &self,
        request: &CopyRequest,
        lanes: &[Arc<Lane>],
        wanted: Wanted,
    ) -> Result<News, CopyError> {
        let ReferrerPolicy::Carry(rules) = &request.rules.referrers else {
            return Ok(News::None { listed: None });
        };
        let image = &wanted.digest;
        let is_due = self.is_due(rules, lanes, image).await?;
        if !is_due && !self.lists_of(&*request.source).are_at_hand() {
            return Ok(News::None { listed: None });
        }
        // What belongs to an index as it was is not carried with the one that was written anew.
        let is_itself = wanted.digest == wanted.named;
        let listed = match request.source.capabilities().referrers_api {
            Support::Yes | Support::Unknown if is_due && is_itself => {
                self.listed(request, rules, image).await?
            }
            Support::Yes => Listed::Lately,
            Support::Unknown if is_itself => Listed::Lately,
            Support::No | Support::Unknown => Listed::Nowhere,
        };
        if let Listed::Now(now) = &listed
            && !self.were_carried(lanes, image, now).await?
        {
            return Ok(News::Some);
        }
        for tag in self.tags_about(request, &rules.types, wanted, &listed).await? {
            if !self.is_confirmed(request, &rules.types, lanes, tag).await? {
                return Ok(News::Some);
            }
        }
        let listed = match listed {
            Listed::Now(now) => Some(now),
            Listed::Lately => None,
            Listed::Nowhere => self.worth_noting(request),
        };
        Ok(News::None { listed })
    }

    /// What stands for a source that lists nothing itself, where it cost a question to see what belongs to an
    /// image: that it was asked is worth noting.
    pub(super) fn worth_noting(&self, request: &CopyRequest) -> Option<Digest> {
        let carries = matches!(request.rules.referrers, ReferrerPolicy::Carry(_));
        (carries && !self.lists_of(&*request.source).are_at_hand()).then(|| fingerprint([]))
    }

    /// Whether what an earlier run found to belong to an image is too old to be believed.
    pub(super) async fn is_due(
        &self,
        rules: &CarryRules,
        lanes: &[Arc<Lane>],
        image: &Digest,
    ) -> Result<bool, CopyError> {
        let mut is_due = false;
        for lane in lanes {
            let holdings = self.holdings(&lane.place);
            let carried = holdings.belongings(self, &lane.place).await?.get(image);
            let age = carried.map(|carried| (self.clock)().duration_since(carried.checked_at).unsigned_abs());
            is_due |= age.is_none_or(|age| age >= rules.recheck);
        }
        Ok(is_due)
    }

    /// Asks the source for its list, if it has one.
    async fn listed(
        &self,
        request: &CopyRequest,
        rules: &CarryRules,
        image: &Digest,
    ) -> Result<Listed, CopyError> {
        let source = &*request.source;
        let api = || source.capabilities().referrers_api;
        // Of many images at once, one finds out whether there is a list at all.
        let first = self.first_question(source);
        let lesson = if api() == Support::Unknown { Some(first.lock().await) } else { None };
        if api() == Support::No {
            return Ok(Listed::Nowhere);
        }
        let lesson = lesson.filter(|_| api() == Support::Unknown);
        let what = || format!("the referrers of {}", source.location().with(Some(&(*image).into())));
        let listed =
            source.listed_referrers(image).await.map_err(|cause| CopyError::source(what(), cause))?;
        // An answer that says neither yes nor no is not asked for again for each image.
        source.assume_referrers_api(if listed.is_some() { Support::Yes } else { Support::No });
        drop(lesson);
        Ok(listed.map_or(Listed::Nowhere, |listed| {
            let taken = listed.iter().filter(|one| may_take(&rules.types, one));
            Listed::Now(fingerprint(taken))
        }))
    }

    /// Whether all targets were seen to have what is listed now. A target of which nothing is noted has nothing.
    async fn were_carried(
        &self,
        lanes: &[Arc<Lane>],
        image: &Digest,
        now: &Digest,
    ) -> Result<bool, CopyError> {
        let nothing = fingerprint([]);
        for lane in lanes {
            let holdings = self.holdings(&lane.place);
            let carried = holdings.belongings(self, &lane.place).await?.get(image);
            if carried.map_or(nothing, |carried| carried.fingerprint) != *now {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Those of the source's tags that say by their names that they belong to the image or a part of it. Where
    /// the source lists referrers itself, the index under a fallback tag is some other tool's.
    async fn tags_about(
        &self,
        request: &CopyRequest,
        types: &ArtifactTypes,
        wanted: Wanted,
        listed: &Listed,
    ) -> Result<Vec<Tag>, CopyError> {
        let lists = self.lists_of(&*request.source);
        let tags = lists.tags(&*request.source).await;
        let parts = lists.parts(self, &*request.source, &wanted.named).await?;
        let may_matter =
            |subject: &Digest, tag: &Tag| matches!(listed, Listed::Nowhere) || *tag != subject.fallback_tag();
        let original = (wanted.named == wanted.digest).then_some(&wanted.named);
        let about = original.into_iter().chain(parts).flat_map(|subject| {
            let about = tags.about(subject, types).into_iter();
            about.filter(move |tag| may_matter(subject, tag))
        });
        Ok(about.collect())
    }

    /// Whether all targets were seen to have what the source shows under a tag.
    async fn is_confirmed(
        &self,
        request: &CopyRequest,
        types: &ArtifactTypes,
        lanes: &[Arc<Lane>],
        tag: Tag,
    ) -> Result<bool, CopyError> {
        let names = [tag.to_string(), types.part_of(&tag)];
        let tag = TagOrDigest::Tag(tag);
        let there = request.source.resolve(&tag).await;
        let there = there.map_err(|cause| {
            let what = request.source.location().with(Some(&tag));
            CopyError::source(what, cause)
        })?;
        for lane in lanes {
            let holdings = self.holdings(&lane.place);
            let confirmed = holdings.confirmed(self, &lane.place).await?;
            let mut seen = names.iter().filter_map(|name| confirmed.get(name));
            if !seen.any(|seen| seen.digest == there.digest) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
