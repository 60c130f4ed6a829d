//! Finds out what is to become of what a mirror does not want at a place.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};
use portolan_catalog::{CondemnReason, CondemnedTag, Place};
use portolan_oci::{Digest, Tag, TagOrDigest};
use portolan_transport::{Support, Target};

use super::decide::{Carried, Deletes, Facts, decide, most};
use super::leftover::Leftover;
use super::pruning::Pruning;
use super::survey::{Named, survey};
use super::{Fate, Kept, PrunedTag};
use crate::CopyError;
use crate::select::is_belonging;
use crate::settings::PruneSettings;

/// Tags that are asked about at once.
const PARALLEL: usize = 16;

/// What is to be done at one place.
pub(super) struct PlacePlan {
    pub(super) place: Place,
    pub(super) target: Arc<dyn Target>,
    pub(super) deletes: Deletes,
    pub(super) tags: Vec<PrunedTag>,
    /// What is condemned from now on.
    pub(super) condemned: Vec<(Tag, Digest, CondemnReason)>,
    /// What is condemned no more.
    pub(super) spared: BTreeSet<String>,
    /// What is no longer the mirror's.
    pub(super) lost: BTreeSet<String>,
}

/// A tag that is condemned, or is now.
pub(super) struct Candidate {
    pub(super) tag: Tag,
    pub(super) digest: Digest,
    pub(super) since: Timestamp,
    pub(super) reason: CondemnReason,
    pub(super) is_new: bool,
}

impl Pruning<'_> {
    /// What is to become of what is left over at one place.
    pub(super) async fn plan_place(
        &self,
        leftover: &Leftover,
        deletes: Deletes,
    ) -> Result<PlacePlan, CopyError> {
        let now = Timestamp::now();
        let mut plan = PlacePlan::new(leftover, deletes);
        let condemned = self.books.condemned.due(&leftover.place, Timestamp::MAX).await?;
        // What another mirror has condemned there is its own business.
        let mut condemned: HashMap<String, CondemnedTag> = condemned
            .into_iter()
            .filter(|one| leftover.brought.contains(&one.tag))
            .map(|one| (one.tag.clone(), one))
            .collect();
        let mut candidates = Vec::new();
        let mut new = Vec::new();
        if !leftover.tags.is_empty() || leftover.planned.is_some() {
            let holdings = self.engine.holdings(&leftover.place);
            let there = holdings.tags(&*leftover.target).await?;
            for (tag, reason) in leftover.tags.iter().filter(|(tag, _)| !is_belonging(tag)) {
                if !there.contains(tag) {
                    plan.lost.insert(tag.to_string());
                    continue;
                }
                let before = condemned.remove(tag.as_str());
                if let Some((one, fate)) = self.overruled(leftover, tag, before.as_ref()) {
                    plan.add(one, fate);
                    continue;
                }
                match before {
                    Some(CondemnedTag { digest, condemned_at: since, reason, .. }) => {
                        candidates.push(Candidate { tag: tag.clone(), digest, since, reason, is_new: false });
                    }
                    None => new.push((tag.clone(), *reason)),
                }
            }
            let spared = leftover.spared().filter(|one| there.contains(&one.tag));
            spared.for_each(|one| plan.add(one, Fate::Keep(Kept::Spared)));
        }
        plan.spared.extend(condemned.into_keys());
        candidates.extend(self.condemn(leftover, new, now, &mut plan).await?);
        self.sentence(leftover, candidates, &mut plan).await?;
        plan.tags.sort_by(|a, b| a.tag.cmp(&b.tag));
        Ok(plan)
    }

    /// What tags name that are to be condemned. One that names something else than what was brought is
    /// somebody else's.
    async fn condemn(
        &self,
        leftover: &Leftover,
        new: Vec<(Tag, CondemnReason)>,
        now: Timestamp,
        plan: &mut PlacePlan,
    ) -> Result<Vec<Candidate>, CopyError> {
        let holdings = self.engine.holdings(&leftover.place);
        let confirmed = holdings.confirmed(self.engine, &leftover.place).await?;
        let target = &*leftover.target;
        let asked: Vec<(Tag, CondemnReason, Option<Digest>)> = stream::iter(new)
            .map(|(tag, reason)| async move {
                let there = target.stat_manifest(&TagOrDigest::Tag(tag.clone())).await;
                let there = there.map_err(|cause| CopyError::target(target.location(), cause))?;
                Ok::<_, CopyError>((tag, reason, there.map(|there| there.digest)))
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let mut candidates = Vec::new();
        for (tag, reason, there) in asked {
            let brought = confirmed.get(tag.as_str()).map(|confirmed| confirmed.digest);
            match there {
                None => {
                    plan.lost.insert(tag.to_string());
                }
                Some(there) if brought.is_some_and(|brought| brought != there) => {
                    plan.leave_alone(&tag, there, now, reason);
                }
                Some(digest) => {
                    let one = Candidate { tag, digest, since: now, reason, is_new: true };
                    match leftover.planned(&one.tag) {
                        Some(planned) if planned.digest != digest => plan.add(one, Fate::Keep(Kept::Spared)),
                        _ => candidates.push(one),
                    }
                }
            }
        }
        Ok(candidates)
    }

    /// The fate of each candidate.
    async fn sentence(
        &self,
        leftover: &Leftover,
        mut candidates: Vec<Candidate>,
        plan: &mut PlacePlan,
    ) -> Result<(), CopyError> {
        candidates.sort_by(|a, b| (a.since, &a.tag).cmp(&(b.since, &b.tag)));
        let now = Timestamp::now();
        let new = candidates.iter().filter(|one| one.is_new);
        plan.condemned = new.map(|one| (one.tag.clone(), one.digest, one.reason)).collect();
        let mut over = Vec::new();
        for one in candidates {
            let due = due(one.since, &self.scope.settings);
            match (due <= now, one.is_new) {
                (true, _) => over.push(one),
                (false, true) => plan.add(one, Fate::Condemn { due }),
                (false, false) => plan.add(one, Fate::Wait { due }),
            }
        }
        if over.is_empty() {
            return Ok(());
        }
        if self.ahead.failed.contains(&leftover.place) {
            over.into_iter().for_each(|one| plan.add(one, Fate::Keep(Kept::Unfinished)));
            return Ok(());
        }
        let failed = |cause| CopyError::target(leftover.target.location(), cause);
        let tags = leftover.target.tags().await.map_err(failed)?;
        let mut named = self.name(leftover, &tags, &over, plan.deletes).await?;
        named.extend(self.ahead.coming.get(&leftover.place).cloned().unwrap_or_default());
        let over = plan.leave_alone_what_moved(over, &named);
        let confirmed = self.engine.holdings(&leftover.place);
        let confirmed = confirmed.confirmed(self.engine, &leftover.place).await?;
        let is_as_brought = |tag: &&Tag| {
            let was = confirmed.get(tag.as_str()).map(|confirmed| confirmed.digest);
            was.is_some() && was == named.get(*tag).map(|named| named.digest)
        };
        let carried = Carried::new(named.keys().filter(is_as_brought).cloned());
        let images = tags.iter().filter(|tag| !is_belonging(tag)).count();
        let facts = Facts {
            deletes: plan.deletes,
            most: most(self.scope.settings.max, images),
            named: &named,
            carried: &carried,
        };
        let due: Vec<Tag> = over.iter().map(|one| one.tag.clone()).collect();
        for (one, fate) in over.into_iter().zip(decide(&due, &facts)) {
            plan.add(one, fate);
        }
        Ok(())
    }

    /// What tags name: all of them where it can matter.
    async fn name(
        &self,
        leftover: &Leftover,
        tags: &[Tag],
        over: &[Candidate],
        deletes: Deletes,
    ) -> Result<BTreeMap<Tag, Named>, CopyError> {
        let target = &*leftover.target;
        let named = if deletes == Deletes::Manifests || tags.iter().any(is_belonging) {
            survey(target, tags.iter().cloned()).await
        } else {
            survey(target, over.iter().map(|one| one.tag.clone())).await
        };
        named.map_err(|cause| CopyError::target(target.location(), cause))
    }
}

impl Deletes {
    /// What is known of a target.
    pub(super) fn of(target: &dyn Target) -> Option<Self> {
        match target.capabilities().delete_tag {
            Support::Yes => Some(Self::Tags),
            Support::No => Some(Self::Manifests),
            Support::Unknown => None,
        }
    }
}

impl PlacePlan {
    fn new(leftover: &Leftover, deletes: Deletes) -> Self {
        Self {
            place: leftover.place.clone(),
            target: Arc::clone(&leftover.target),
            deletes,
            tags: Vec::new(),
            condemned: Vec::new(),
            spared: BTreeSet::new(),
            lost: BTreeSet::new(),
        }
    }

    fn add(&mut self, one: Candidate, fate: Fate) {
        let Candidate { tag, digest, since, reason, is_new } = one;
        let target = self.target.location().with(Some(&TagOrDigest::Tag(tag.clone())));
        self.tags.push(PrunedTag { target, tag, digest, since, is_new, reason, fate });
    }

    fn leave_alone(&mut self, tag: &Tag, now: Digest, since: Timestamp, reason: CondemnReason) {
        self.lost.insert(tag.to_string());
        let one = Candidate { tag: tag.clone(), digest: now, since, reason, is_new: false };
        self.add(one, Fate::LeaveAlone { now });
    }

    /// What somebody has moved since it was condemned is no longer meant.
    fn leave_alone_what_moved(
        &mut self,
        over: Vec<Candidate>,
        named: &BTreeMap<Tag, Named>,
    ) -> Vec<Candidate> {
        let mut left = Vec::new();
        for one in over {
            match named.get(&one.tag).map(|named| named.digest) {
                Some(now) if now == one.digest => left.push(one),
                Some(now) => self.leave_alone(&one.tag, now, one.since, one.reason),
                None => {
                    self.lost.insert(one.tag.to_string());
                }
            }
        }
        left
    }
}

/// When the grace of a tag is over. A time that cannot be told never comes.
pub(super) fn due(since: Timestamp, settings: &PruneSettings) -> Timestamp {
    let grace = SignedDuration::try_from(settings.grace.duration()).unwrap_or(SignedDuration::MAX);
    since.checked_add(grace).unwrap_or(Timestamp::MAX)
}
