//! What a plan in a file says about tags that a mirror no longer wants, and how that is taken up: it sets what
//! may go at most; whether it goes is decided anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use portolan_catalog::{CatalogError, CondemnReason, CondemnedTag, Place};
use portolan_oci::{Digest, Tag};
use portolan_transport::{Endpoint, Fence, FencedTarget, Places, Target};
use serde::{Deserialize, Serialize};

use super::leftover::Leftover;
use super::make::{Candidate, due};
use super::pruning::Pruning;
use super::{Fate, Kept, PruneReport, PruneScope, PrunedTag};
use crate::RestoreError;
use crate::holdings::place_of;
use crate::settings::{MirrorName, PruneSettings};

/// What a saved plan says about what a mirror no longer wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedPrune {
    settings: PruneSettings,
    tags: Vec<SavedTag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedTag {
    /// The place with the tag, as it is written on a command line.
    target: String,
    digest: Digest,
    sentence: Sentence,
    reason: SavedReason,
    since: Timestamp,
}

/// What is to be done with a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Sentence {
    /// It is condemned.
    Condemn,
    /// It has been condemned, and is deleted.
    Delete,
    /// Both at once: there is no grace.
    CondemnAndDelete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SavedReason {
    Vanished,
    Deselected,
}

/// What a saved plan says about what a mirror no longer wants, with its places open.
pub(crate) struct PlannedPrune {
    pub(super) scope: PruneScope,
    places: BTreeMap<Place, PlannedPlace>,
}

struct PlannedPlace {
    target: Arc<dyn Target>,
    tags: BTreeMap<Tag, PlannedTag>,
}

/// What a saved plan says about one tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlannedTag {
    pub(super) digest: Digest,
    sentence: Sentence,
    reason: CondemnReason,
    since: Timestamp,
}

impl SavedPrune {
    /// Nothing where nothing is to be done.
    pub(crate) fn new(scope: &PruneScope, report: &PruneReport) -> Option<Self> {
        let tags: Vec<_> = report.tags.iter().filter_map(SavedTag::new).collect();
        (!tags.is_empty()).then(|| Self { settings: scope.settings.clone(), tags })
    }

    /// Opens the places again.
    pub(crate) async fn restore(
        &self,
        mirror: &MirrorName,
        places: &Places,
    ) -> Result<PlannedPrune, RestoreError> {
        let mut planned: BTreeMap<Place, PlannedPlace> = BTreeMap::new();
        for saved in &self.tags {
            let text = || saved.target.clone();
            let endpoint: Endpoint =
                saved.target.parse().map_err(|cause| RestoreError::Place { text: text(), cause })?;
            let tag = endpoint.tag.ok_or_else(|| RestoreError::Untagged { target: text() })?;
            let target = places.target(&endpoint.location).await;
            let target = target.map_err(|cause| RestoreError::Unusable { place: text(), cause })?;
            let place = place_of(target.location());
            let place = planned.entry(place).or_insert(PlannedPlace { target, tags: BTreeMap::new() });
            place.tags.insert(tag, PlannedTag::of(saved));
        }
        Ok(PlannedPrune { scope: PruneScope::of_plan(mirror, self.settings.clone()), places: planned })
    }
}

impl PlannedPrune {
    /// The same with its targets behind a fence.
    pub(crate) fn behind(mut self, fence: &Fence) -> Self {
        for place in self.places.values_mut() {
            place.target = Arc::new(FencedTarget::new(Arc::clone(&place.target), fence.clone()));
        }
        self
    }
}

impl SavedTag {
    /// Nothing for a tag with which nothing is to be done.
    fn new(pruned: &PrunedTag) -> Option<Self> {
        let sentence = match &pruned.fate {
            Fate::Condemn { .. } => Sentence::Condemn,
            Fate::Delete { .. } if pruned.is_new => Sentence::CondemnAndDelete,
            Fate::Delete { .. } => Sentence::Delete,
            Fate::Wait { .. } | Fate::HoldBack | Fate::Keep(_) | Fate::LeaveAlone { .. } => return None,
        };
        let reason = match pruned.reason {
            CondemnReason::Vanished => SavedReason::Vanished,
            CondemnReason::Deselected => SavedReason::Deselected,
        };
        let PrunedTag { target, digest, since, .. } = pruned;
        Some(Self { target: target.clone(), digest: *digest, sentence, reason, since: *since })
    }
}

impl PlannedTag {
    fn of(saved: &SavedTag) -> Self {
        let reason = match saved.reason {
            SavedReason::Vanished => CondemnReason::Vanished,
            SavedReason::Deselected => CondemnReason::Deselected,
        };
        Self { digest: saved.digest, sentence: saved.sentence, reason, since: saved.since }
    }

    fn kept(&self, tag: &Tag) -> Candidate {
        let Self { digest, since, reason, .. } = *self;
        Candidate { tag: tag.clone(), digest, since, reason, is_new: false }
    }
}

impl Pruning<'_> {
    /// Of what the plan says, what is the mirror's still, and of no other.
    pub(super) async fn planned(&self, planned: &PlannedPrune) -> Result<Vec<Leftover>, CatalogError> {
        let books = self.books;
        let mirror = &self.scope.mirror;
        let mut all: BTreeMap<Place, BTreeSet<String>> =
            books.brought.all(mirror).await?.into_iter().collect();
        let mut leftovers = Vec::new();
        for (place, PlannedPlace { target, tags: planned }) in &planned.places {
            let mut brought = all.remove(place).unwrap_or_default();
            brought.retain(|tag| planned.keys().any(|planned| planned.as_str() == tag));
            let names: Vec<&str> = brought.iter().map(String::as_str).collect();
            let others = books.brought.by_others(mirror, place, &names).await?;
            let is_own = |tag: &Tag| brought.contains(tag.as_str()) && !others.contains(tag.as_str());
            let own = planned.iter().filter(|(tag, _)| is_own(tag));
            let tags = own.map(|(tag, planned)| (tag.clone(), planned.reason)).collect();
            leftovers.push(Leftover {
                place: place.clone(),
                target: Arc::clone(target),
                brought,
                tags,
                planned: Some(planned.clone()),
            });
        }
        Ok(leftovers)
    }

    /// What becomes of a tag by the plan that is done, if there is one and it does not leave that to the rules.
    pub(super) fn overruled(
        &self,
        leftover: &Leftover,
        tag: &Tag,
        condemned: Option<&CondemnedTag>,
    ) -> Option<(Candidate, Fate)> {
        let planned = leftover.planned(tag)?;
        let fate = match (planned.sentence, condemned) {
            (Sentence::Delete, None) => Fate::Keep(Kept::Spared),
            (_, Some(condemned)) if condemned.digest != planned.digest => Fate::Keep(Kept::Spared),
            (Sentence::Condemn, Some(condemned)) => {
                Fate::Wait { due: due(condemned.condemned_at, &self.scope.settings) }
            }
            (Sentence::Condemn | Sentence::CondemnAndDelete, None)
            | (Sentence::Delete | Sentence::CondemnAndDelete, Some(_)) => return None,
        };
        Some((planned.kept(tag), fate))
    }
}

impl Leftover {
    /// What the plan that is done says about a tag.
    pub(super) fn planned(&self, tag: &Tag) -> Option<&PlannedTag> {
        self.planned.as_ref()?.get(tag)
    }

    /// What the plan that is done names though it is not left over any more.
    pub(super) fn spared(&self) -> impl Iterator<Item = Candidate> {
        let planned = self.planned.iter().flatten();
        planned.filter(|(tag, _)| !self.tags.contains_key(*tag)).map(|(tag, planned)| planned.kept(tag))
    }
}
