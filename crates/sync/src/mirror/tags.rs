//! Which tags of one place a mirror takes.

use std::collections::HashMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use portolan_oci::{Digest, Tag, TagOrDigest};
use portolan_transport::Source;

use super::MirrorError;
use super::created::created;
use crate::Engine;
use crate::holdings::place_of;
use crate::select::{LeftOut, Reason, TagFact, TagRules, TagVerdict};

/// Tags that are asked about at once.
const PARALLEL: usize = 32;

impl Engine {
    /// A verdict on each tag of a place. Facts are found out only for the tags about which they decide: a HEAD
    /// where it matters since when a tag is what it is, the manifest and config where it matters when the
    /// image was made.
    pub(super) async fn judge_tags(
        &self,
        source: &dyn Source,
        rules: &TagRules,
    ) -> Result<Vec<TagVerdict>, MirrorError> {
        let what = |cause| MirrorError::Source { what: format!("the tags of {}", source.location()), cause };
        let mut tags = self.list_tags_of(source).await.map_err(what)?;
        tags.sort_unstable();
        let now = Timestamp::now();
        let mut facts: Vec<TagFact> = tags.into_iter().map(TagFact::new).collect();
        if rules.wants_first_seen() {
            let young = rules.select(&facts, now).into_iter().filter(is_new).map(|verdict| verdict.tag);
            let seen = self.first_seen(source, young.collect()).await?;
            for fact in &mut facts {
                fact.first_seen = seen.get(&fact.tag).copied();
            }
        }
        let undated: Vec<Tag> = rules.wants_created(&facts, now).into_iter().cloned().collect();
        let dates: HashMap<Tag, Timestamp> = stream::iter(undated)
            .map(|tag| async move {
                let made = created(source, &TagOrDigest::Tag(tag.clone())).await;
                let what = format!("when {} was made", source.location().with(Some(&tag.clone().into())));
                Ok::<_, MirrorError>((tag, made.map_err(|cause| MirrorError::Source { what, cause })?))
            })
            .buffer_unordered(PARALLEL)
            .try_filter_map(|(tag, made)| async move { Ok(made.map(|made| (tag, made))) })
            .try_collect()
            .await?;
        for fact in &mut facts {
            fact.created = dates.get(&fact.tag).copied();
        }
        Ok(rules.select(&facts, now))
    }

    /// When tags were first seen with the digests that they have now; what was never seen is seen now.
    async fn first_seen(
        &self,
        source: &dyn Source,
        tags: Vec<Tag>,
    ) -> Result<HashMap<Tag, Timestamp>, MirrorError> {
        let place = place_of(source.location());
        let digests: Vec<(Tag, Digest)> = stream::iter(tags)
            .map(|tag| async move {
                let reference = TagOrDigest::Tag(tag.clone());
                let what = source.location().with(Some(&reference));
                let there = source.resolve(&reference).await;
                let there = there.map_err(|cause| MirrorError::Source { what, cause })?;
                self.selected.note(source, &reference, there.digest);
                Ok::<_, MirrorError>((tag, there.digest))
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await?;
        let known = self.journal.seen_all(&place).await?;
        let is_known = |tag: &Tag, digest: &Digest| {
            known.get(tag.as_str()).is_some_and(|seen| seen.iter().any(|seen| seen.digest == *digest))
        };
        let new: Vec<(&str, Digest)> = digests
            .iter()
            .filter(|(tag, digest)| !is_known(tag, digest))
            .map(|(tag, digest)| (tag.as_str(), *digest))
            .collect();
        // Who sees nothing new writes nothing.
        let seen = if new.is_empty() {
            known
        } else {
            self.journal.note_seen(&place, &new).await?;
            self.journal.seen_all(&place).await?
        };
        let since = |(tag, digest): (Tag, Digest)| {
            let seen = seen.get(tag.as_str())?.iter().find(|seen| seen.digest == digest)?;
            Some((tag, seen.first_seen))
        };
        Ok(digests.into_iter().filter_map(since).collect())
    }
}

/// Whether a tag would be taken if it had been seen for long enough.
fn is_new(verdict: &TagVerdict) -> bool {
    matches!(&verdict.reason, Reason::Out(LeftOut::NeverSeen { .. }))
}
