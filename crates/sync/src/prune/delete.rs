//! Deletes at one place what its plan says.

use std::collections::BTreeMap;

use portolan_catalog::{DeletionId, Doomed, RunId};
use portolan_oci::{Digest, RawManifest, Tag, TagOrDigest};
use portolan_transport::TransportError;

use super::decide::Deletes;
use super::make::PlacePlan;
use super::pruning::Pruning;
use super::{Books, Fate};
use crate::CopyError;

/// Tags that go in one request, with what goes along.
struct Together {
    digest: Digest,
    tags: Vec<Tag>,
    along: Vec<Tag>,
}

/// Why a place is not deleted from any further.
pub(super) enum Stopped {
    /// It deletes no tag alone, as was found out now. Nothing was deleted.
    ByDigestOnly,
    /// Something failed.
    Failed {
        /// The tag.
        target: String,
        /// Why.
        cause: CopyError,
    },
}

/// What one request is about, and what it took away.
enum Taken {
    All,
    /// It was not done: the tag names something else now, or nothing.
    Changed(Tag, Option<Digest>),
}

impl Pruning<'_> {
    /// Deletes what the plan of a place says. The fates in it become what has happened: what was not deleted
    /// is no longer in it.
    pub(super) async fn delete_planned(&self, plan: &mut PlacePlan, run: RunId) -> Result<(), Stopped> {
        let all = together(plan);
        if all.is_empty() {
            return Ok(());
        }
        let mut ended = Ok(());
        let mut done = Vec::new();
        for one in &all {
            if ended.is_ok() && self.engine.cancelled.is_cancelled() {
                ended = Err(stopped(plan, None, CopyError::Cancelled));
            }
            if ended.is_err() {
                break;
            }
            match self.delete_together(plan, one, run).await {
                Ok(Taken::All) => done.extend(one.tags.iter().cloned()),
                Ok(Taken::Changed(tag, now)) => plan.changed(&tag, now),
                Err(CopyError::Target { cause, .. }) if is_by_digest_only(plan, &cause) => {
                    ended = Err(Stopped::ByDigestOnly);
                }
                Err(cause) => ended = Err(stopped(plan, one.tags.first(), cause)),
            }
        }
        plan.tags.retain(|tag| !matches!(tag.fate, Fate::Delete { .. }) || done.contains(&tag.tag));
        plan.lost.extend(done.iter().map(ToString::to_string));
        self.engine.forget_holdings(&plan.place);
        ended
    }

    async fn delete_together(
        &self,
        plan: &PlacePlan,
        one: &Together,
        run: RunId,
    ) -> Result<Taken, CopyError> {
        let books = self.books;
        let failed = |cause| CopyError::target(plan.target.location(), cause);
        let mut doomed = Vec::new();
        let mut along = Vec::new();
        for tag in &one.along {
            if let Some(manifest) = plan.read(tag).await? {
                along.push((tag, *manifest.digest()));
                doomed.push(Doomed { tag: Some(tag.to_string()), manifest });
            }
        }
        // Last of all, and right before: they must still name what they were condemned for.
        for tag in &one.tags {
            match plan.read(tag).await? {
                Some(manifest) if *manifest.digest() == one.digest => {
                    doomed.push(Doomed { tag: Some(tag.to_string()), manifest });
                }
                there => return Ok(Taken::Changed(tag.clone(), there.map(|there| *there.digest()))),
            }
        }
        let noted = books.condemned.note_deleted(&plan.place, run, doomed).await?;
        for tag in &one.tags {
            if let Err(cause) = plan.target.delete(&plan.reference(tag, one.digest)).await {
                // Where no answer came it may be done, and then only what is noted brings it back. That too much is
                // noted does no harm.
                if !cause.is_retryable() {
                    forget(&noted, books).await;
                }
                return Err(failed(cause));
            }
            if plan.deletes == Deletes::Manifests {
                break;
            }
        }
        // What is remembered must not outlive it.
        let names: Vec<&str> = one.tags.iter().chain(&one.along).map(Tag::as_str).collect();
        self.engine.journal.forget_trees(&plan.place, &names).await?;
        for ((tag, digest), id) in along.iter().zip(&noted) {
            if let Err(cause) = plan.target.delete(&plan.reference(tag, *digest)).await {
                tracing::warn!(%cause, %tag, place = %plan.place, "what belonged to a deleted image stays");
                if !cause.is_retryable() {
                    forget(&[*id], books).await;
                }
            }
        }
        Ok(Taken::All)
    }
}

/// A deletion that did not happen need not be undone.
async fn forget(ids: &[DeletionId], books: &Books) {
    for id in ids {
        if let Err(cause) = books.condemned.forget_deletion(*id).await {
            tracing::warn!(%cause, "a deletion that did not happen is still noted");
        }
    }
}

/// What goes in one request each, in the order in which it goes.
fn together(plan: &PlacePlan) -> Vec<Together> {
    let mut all: Vec<Together> = Vec::new();
    let mut of_digest: BTreeMap<Digest, usize> = BTreeMap::new();
    let mut going: Vec<_> = plan.tags.iter().filter(|tag| matches!(tag.fate, Fate::Delete { .. })).collect();
    going.sort_by_key(|tag| tag.since);
    for pruned in going {
        let Fate::Delete { along } = &pruned.fate else { continue };
        let before = of_digest.get(&pruned.digest).filter(|_| plan.deletes == Deletes::Manifests);
        match before.and_then(|index| all.get_mut(*index)) {
            Some(one) => {
                one.tags.push(pruned.tag.clone());
                one.along.extend(along.iter().cloned());
            }
            None => {
                of_digest.insert(pruned.digest, all.len());
                let (tags, along) = (vec![pruned.tag.clone()], along.clone());
                all.push(Together { digest: pruned.digest, tags, along });
            }
        }
    }
    all
}

fn is_by_digest_only(plan: &PlacePlan, cause: &TransportError) -> bool {
    plan.deletes == Deletes::Tags
        && matches!(cause, TransportError::Unsupported { .. })
        && Deletes::of(&*plan.target) == Some(Deletes::Manifests)
}

fn stopped(plan: &PlacePlan, tag: Option<&Tag>, cause: CopyError) -> Stopped {
    let reference = tag.cloned().map(TagOrDigest::Tag);
    Stopped::Failed { target: plan.target.location().with(reference.as_ref()), cause }
}

impl PlacePlan {
    async fn read(&self, tag: &Tag) -> Result<Option<RawManifest>, CopyError> {
        let there = self.target.read_manifest(&TagOrDigest::Tag(tag.clone())).await;
        there.map_err(|cause| CopyError::target(self.target.location(), cause))
    }

    /// What the target is told to delete.
    fn reference(&self, tag: &Tag, digest: Digest) -> TagOrDigest {
        match self.deletes {
            Deletes::Tags => TagOrDigest::Tag(tag.clone()),
            Deletes::Manifests => TagOrDigest::Digest(digest),
        }
    }

    /// A tag was moved or deleted by somebody else at the last moment.
    fn changed(&mut self, tag: &Tag, now: Option<Digest>) {
        self.lost.insert(tag.to_string());
        if let (Some(pruned), Some(now)) = (self.tags.iter_mut().find(|pruned| pruned.tag == *tag), now) {
            pruned.fate = Fate::LeaveAlone { now };
        }
    }
}
