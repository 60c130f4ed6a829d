//! What a store shows.

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt as _;
use portolan_catalog::{TagRange, UploadId};
use portolan_oci::{Digest, TagOrDigest};
use portolan_store::{Store, StoreRepository, Upload};

use super::world::{self, REPOSITORIES};

/// What a store shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    /// By repository and name.
    pub(super) tags: BTreeMap<(&'static str, String), Digest>,
    pub(super) manifests: BTreeSet<(&'static str, Digest)>,
    pub(super) links: BTreeSet<(&'static str, Digest)>,
}

/// An upload that is under way, of a blob of this number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Under {
    pub(super) upload: Upload,
    pub(super) blob: bytes::Bytes,
    /// How many bytes of it have come.
    pub(super) offset: u64,
}

/// The uploads that are under way, into the first repository.
pub(super) type Uploads = BTreeMap<UploadId, Under>;

impl State {
    /// What the store shows now: each manifest is whole, and so is each blob that may be read.
    pub(super) async fn of(store: &Store) -> Self {
        let mut state = Self::default();
        for name in REPOSITORIES {
            let repository = store.repository(world::repository(name));
            let tags = repository.tags(&TagRange::default()).await.unwrap();
            for tag in tags.map(|page| page.tags.to_tags().unwrap()).unwrap_or_default() {
                let stat = repository.stat_manifest(&tag.clone().into()).await.unwrap().unwrap();
                state.tags.insert((name, tag.to_string()), stat.digest);
            }
            for manifest in world::manifests() {
                let by_digest = TagOrDigest::Digest(*manifest.digest());
                if let Some(found) = repository.find_manifest(&by_digest).await.unwrap() {
                    assert_eq!(found.body, *manifest.bytes());
                    state.manifests.insert((name, found.digest));
                }
            }
            for (digest, blob) in &*world::BLOBS {
                if reads(&repository, digest).await.inspect(|read| assert!(read == blob)).is_some() {
                    state.links.insert((name, *digest));
                }
            }
            state.must_be_referred_to(name, &repository).await;
        }
        state
    }

    async fn must_be_referred_to(&self, name: &'static str, repository: &StoreRepository) {
        let all = world::manifests();
        for subject in &all {
            let page = repository.referrers(subject.digest(), None, None).await.unwrap();
            let there = all.iter().filter(|manifest| self.manifests.contains(&(name, *manifest.digest())));
            let referring =
                there.filter(|manifest| world::subject(manifest).as_ref() == Some(subject.digest()));
            let referring: Vec<_> = referring.map(|manifest| manifest.digest().to_string()).collect();
            assert_eq!(page.descriptors.len(), referring.len());
            for (descriptor, digest) in page.descriptors.iter().zip(&referring) {
                assert!(descriptor.contains(digest), "{descriptor}");
            }
        }
    }

    /// The blobs that its manifests need.
    pub(super) fn needed(&self) -> BTreeSet<(&'static str, Digest)> {
        let all = world::manifests();
        let needs = |(name, digest): &(&'static str, Digest)| {
            let manifest = all.iter().find(|manifest| manifest.digest() == digest).unwrap();
            let name = *name;
            world::parts(manifest).into_iter().map(move |part| (name, part))
        };
        self.manifests.iter().flat_map(needs).collect()
    }

    /// The same without what it keeps for nobody.
    pub(super) fn collected(&self) -> Self {
        Self { links: self.needed(), ..self.clone() }
    }

    /// It is one of the two, as far as images go; blobs may be there that are in one of them.
    pub(super) fn must_be_one_of(&self, states: [&Self; 2]) {
        let images = |state: &Self| (state.tags.clone(), state.manifests.clone());
        assert!(
            states.iter().any(|other| images(other) == images(self)),
            "{self:#?} is neither {:#?} nor {:#?}",
            states[0],
            states[1]
        );
        self.must_be_made_of(states);
    }

    /// Each tag, manifest and blob is as it is in one of the two. What was recorded and not acknowledged is some lines,
    /// of which the first ones may be left.
    pub(super) fn must_be_made_of(&self, [before, after]: [&Self; 2]) {
        let tags: BTreeSet<_> = [before, after, self].iter().flat_map(|state| state.tags.keys()).collect();
        for tag in tags {
            let named = [self, before, after].map(|state| state.tags.get(tag));
            assert!(named[1..].contains(&named[0]), "{tag:?} names {named:?}");
        }
        between(&self.manifests, [&before.manifests, &after.manifests]);
        between(&self.links, [&before.links, &after.links]);
        let needed = self.needed();
        assert!(self.links.is_superset(&needed), "an image lacks a blob: {self:#?}");
    }
}

/// What is in both is there, and nothing that is in neither.
fn between<T: Ord + Copy + std::fmt::Debug>(there: &BTreeSet<T>, [before, after]: [&BTreeSet<T>; 2]) {
    let missing: Vec<_> = before.intersection(after).filter(|one| !there.contains(one)).collect();
    assert!(missing.is_empty(), "{missing:#?} is missing");
    let unknown: Vec<_> = there.iter().filter(|one| !before.contains(one) && !after.contains(one)).collect();
    assert!(unknown.is_empty(), "{unknown:#?} came from nowhere");
}

/// The blob, if it may be read there.
async fn reads(repository: &StoreRepository, digest: &Digest) -> Option<Vec<u8>> {
    let found = repository.find_blob(digest).await.unwrap()?;
    let read = repository.read_blob(&found, 0..found.size).await.unwrap().unwrap();
    Some(read.into_stream().try_collect::<Vec<_>>().await.unwrap().concat())
}
