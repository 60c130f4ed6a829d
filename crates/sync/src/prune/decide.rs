//! Which of the tags whose grace is over are deleted. Pure: facts in, fates out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use portolan_oci::{Digest, Tag};

use super::survey::Named;
use super::{Fate, Kept};
use crate::select::is_belonging;
use crate::settings::Share;

/// How many tags may always go, whatever the share.
const ALWAYS: usize = 3;

/// What a target takes away when it is told to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deletes {
    /// A tag alone.
    Tags,
    /// A manifest, with all its tags.
    Manifests,
}

/// What is known about a repository with tags whose grace is over.
pub(super) struct Facts<'a> {
    pub(super) deletes: Deletes,
    /// How many tags may go now.
    pub(super) most: usize,
    /// What the tags of the repository name. With [`Deletes::Tags`] only the due ones need be in it, if it has
    /// no tags that belong to images.
    pub(super) named: &'a BTreeMap<Tag, Named>,
    /// Tags with what belongs to images, as it was carried there.
    pub(super) carried: &'a Carried,
}

/// Tags with what belongs to manifests, by the fallback tags of those.
#[derive(Debug, Default)]
pub(super) struct Carried(HashMap<String, Vec<Tag>>);

impl Carried {
    /// Of `tags` those that say by their name to what they belong.
    pub(super) fn new(tags: impl IntoIterator<Item = Tag>) -> Self {
        let mut all: HashMap<String, Vec<Tag>> = HashMap::new();
        for tag in tags.into_iter().filter(is_belonging) {
            let about = tag.as_str().split('.').next().unwrap_or_default().to_owned();
            all.entry(about).or_default().push(tag);
        }
        all.values_mut().for_each(|tags| tags.sort_unstable());
        Self(all)
    }

    fn about(&self, manifest: &Digest) -> &[Tag] {
        self.0.get(manifest.fallback_tag().as_str()).map_or(&[], Vec::as_slice)
    }
}

/// How many of the tags of a repository one run deletes: a share of them, or three, and never all.
pub(super) fn most(share: Share, tags: usize) -> usize {
    share.of(tags).max(ALWAYS).min(tags.saturating_sub(1))
}

/// The fate of each of these tags, whose grace is over and which name what they were condemned for. Those that
/// come first go first.
pub(super) fn decide(due: &[Tag], facts: &Facts<'_>) -> Vec<Fate> {
    let mut fates: BTreeMap<&Tag, Fate> = BTreeMap::new();
    let mut going: BTreeSet<&Tag> = due.iter().filter(|tag| facts.named.contains_key(*tag)).collect();
    facts.keep_what_is_needed(&mut going, &mut fates);
    going = facts.choose(due, &going);
    // What is held back may need some of the others.
    facts.keep_what_is_needed(&mut going, &mut fates);
    let needs = facts.needs(&going);
    let mut taken = BTreeSet::new();
    for tag in due.iter().filter(|tag| going.contains(tag)) {
        let along = facts.along(tag, &needs).into_iter().filter(|tag| taken.insert(tag.clone()));
        fates.insert(tag, Fate::Delete { along: along.collect() });
    }
    due.iter().map(|tag| fates.remove(tag).unwrap_or(Fate::HoldBack)).collect()
}

impl Facts<'_> {
    /// Takes out of `going` what cannot be deleted without taking away what stays, until nothing more is found.
    fn keep_what_is_needed<'t>(&self, going: &mut BTreeSet<&'t Tag>, fates: &mut BTreeMap<&'t Tag, Fate>) {
        if self.deletes == Deletes::Tags {
            return;
        }
        loop {
            let needs = self.needs(going);
            let why = |tag: &Tag| needs.get(&self.named.get(tag)?.digest).cloned();
            let kept: Vec<(&Tag, Kept)> = going.iter().filter_map(|tag| Some((*tag, why(tag)?))).collect();
            if kept.is_empty() {
                return;
            }
            for (tag, why) in kept {
                going.remove(tag);
                fates.insert(tag, Fate::Keep(why));
            }
        }
    }

    /// The manifests that what stays needs, when these tags go.
    fn needs(&self, going: &BTreeSet<&Tag>) -> HashMap<Digest, Kept> {
        let images = going.iter().filter_map(|tag| self.named.get(*tag));
        let parts = images.flat_map(|image| std::iter::once(&image.digest).chain(&image.children));
        let along: BTreeSet<&Tag> = parts.flat_map(|part| self.carried.about(part)).collect();
        let stays = self.named.iter().filter(|(tag, _)| !going.contains(tag) && !along.contains(tag));
        let mut needs = HashMap::new();
        for (tag, named) in stays {
            needs.insert(named.digest, Kept::Shared(tag.clone()));
            for child in &named.children {
                needs.entry(*child).or_insert_with(|| Kept::ChildOf(tag.clone()));
            }
            if let Some(subject) = named.subject {
                needs.entry(subject).or_insert_with(|| Kept::SubjectOf(tag.clone()));
            }
        }
        needs
    }

    /// As many as may go, the first first. Where a manifest goes with all its tags, they go together or not.
    fn choose<'t>(&self, due: &'t [Tag], going: &BTreeSet<&'t Tag>) -> BTreeSet<&'t Tag> {
        let mut same: HashMap<Digest, Vec<&Tag>> = HashMap::new();
        let digest_of = |tag: &Tag| self.named.get(tag).map(|named| named.digest);
        for tag in going {
            same.entry(digest_of(tag).unwrap_or_else(|| Digest::sha256(b""))).or_default().push(tag);
        }
        let mut chosen = BTreeSet::new();
        for tag in due.iter().filter(|tag| going.contains(tag)) {
            let together = match (self.deletes, digest_of(tag)) {
                (Deletes::Manifests, Some(digest)) => same.get(&digest).cloned().unwrap_or_default(),
                _ => vec![tag],
            };
            let more = together.iter().filter(|tag| !chosen.contains(*tag)).count();
            if chosen.len() + more <= self.most {
                chosen.extend(together);
            }
        }
        chosen
    }

    /// The tags with what belongs to an image that go with it: when nothing that stays needs it any more. What
    /// belongs to a part of it goes too, unless another image has that part.
    fn along(&self, tag: &Tag, needs: &HashMap<Digest, Kept>) -> Vec<Tag> {
        let Some(image) = self.named.get(tag).filter(|image| !needs.contains_key(&image.digest)) else {
            return Vec::new();
        };
        let is_free = |manifest: &&Digest| !needs.contains_key(*manifest);
        let parts = std::iter::once(&image.digest).chain(&image.children).filter(is_free);
        let about = parts.flat_map(|part| self.carried.about(part));
        about
            .filter(|tag| self.named.get(*tag).is_some_and(|named| is_free(&&named.digest)))
            .cloned()
            .collect()
    }
}
