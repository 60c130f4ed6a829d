//! What work costs: which blobs are there, which can be mounted, which must be sent.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use portolan_catalog::Place;
use portolan_oci::{Descriptor, Digest};
use portolan_transport::{Location, Support};

use super::planned::{Cost, PlannedImage};
use crate::Engine;
use crate::blob::Lane;

/// Blobs that are asked for at once.
const PARALLEL: usize = 64;

impl Engine {
    /// Asks the targets that have something for the blobs that are to go there. What is there counts as proven
    /// for the run.
    pub(crate) async fn look_for_blobs(&self, images: &[PlannedImage]) {
        let mut questions: HashMap<(Place, Digest), (Arc<Lane>, Descriptor)> = HashMap::new();
        let places: HashSet<Place> = images.iter().flat_map(needy).map(|lane| lane.place.clone()).collect();
        self.recall_content(&Vec::from_iter(places)).await;
        self.look_for_mounts_of_all(images).await;
        for (lane, blobs) in images.iter().flat_map(work) {
            let holdings = self.holdings(&lane.place);
            let Ok(tags) = holdings.tags(&*lane.target).await else { continue };
            let may_have_any = !tags.is_empty() || holdings.may_be_unfinished();
            for blob in blobs {
                let is_proven = self.mover.known.is_at(&blob.digest, &lane.place);
                if !is_proven && (may_have_any || holdings.remembers(&blob.digest)) {
                    let key = (lane.place.clone(), blob.digest);
                    questions.entry(key).or_insert_with(|| (Arc::clone(lane), blob));
                }
            }
        }
        stream::iter(questions)
            .for_each_concurrent(PARALLEL, |((place, digest), (lane, blob))| async move {
                match lane.target.has_blob(&blob).await {
                    Ok(true) => self.mover.known.add(digest, &place),
                    Ok(false) => {}
                    // The run will ask again, and will say what is wrong.
                    Err(cause) => tracing::debug!(%cause, target = %lane.label, "a blob cannot be asked for"),
                }
            })
            .await;
    }

    /// Finds out where blobs could be mounted from, for all images at once.
    async fn look_for_mounts_of_all(&self, images: &[PlannedImage]) {
        let mut wanted: HashMap<&str, HashSet<Digest>> = HashMap::new();
        for (lane, blobs) in images.iter().flat_map(work) {
            wanted.entry(&lane.place.host).or_default().extend(blobs.iter().map(|blob| blob.digest));
        }
        for (host, blobs) in wanted {
            let places = match self.journal.places_with(host, &Vec::from_iter(blobs)).await {
                Ok(places) => places,
                // Each image will ask again, and will say what is wrong.
                Err(cause) => {
                    tracing::debug!(%cause, host, "where blobs could be mounted from is not remembered");
                    continue;
                }
            };
            for (lane, blobs) in images.iter().flat_map(work).filter(|(lane, _)| lane.place.host == host) {
                let known = |blob: &Descriptor| Some((blob.digest, places.get(&blob.digest)?.clone()));
                lane.remember_elsewhere(blobs.iter().filter_map(known).collect());
            }
        }
    }

    /// Reckons what each target costs, in the order of the images: what one brings, the next one finds.
    pub(super) fn reckon(&self, images: &mut [PlannedImage]) {
        let mut brought = Brought::default();
        for image in images {
            let Some(tree) = image.tree.clone() else { continue };
            let source = image.request.source.location();
            let beside = matches!(source, Location::Registry(..)).then(|| source.host().to_owned());
            let blobs = tree.blobs();
            for (lane, target) in image.job.lanes.iter().zip(&mut image.targets) {
                if !target.action.is_copy() {
                    continue;
                }
                // Where a target does not list referrers by itself, a list is kept under the fallback tag.
                let lists_itself = lane.target.capabilities().referrers_api == Support::Yes;
                let lists = tree
                    .referrers
                    .iter()
                    .filter(|list| list.fallback.is_some() || !(lists_itself || list.descriptors.is_empty()));
                target.cost.manifests = (tree.manifests().count() + lists.count()) as u64;
                for blob in &blobs {
                    let is_there = self.mover.known.is_at(&blob.digest, &lane.place);
                    if !brought.add(&lane.place, blob.digest) || is_there {
                        continue;
                    }
                    let is_near = beside.as_ref() == Some(&lane.place.host)
                        || brought.is_beside(&lane.place, &blob.digest)
                        || self.mover.known.beside(&blob.digest, &lane.place).is_some();
                    target.cost.count(blob.size, if is_near { mounts(lane) } else { Support::No });
                }
            }
        }
    }
}

/// Whether the target mounts; a place without repositories does not.
fn mounts(lane: &Lane) -> Support {
    match lane.target.location() {
        Location::Registry(..) => lane.target.capabilities().mount,
        _ => Support::No,
    }
}

/// The targets at which an image is to be written.
fn needy(image: &PlannedImage) -> impl Iterator<Item = &Arc<Lane>> {
    let lanes = image.job.lanes.iter().zip(&image.targets);
    lanes.filter(|(_, target)| target.action.is_copy()).map(|(lane, _)| lane)
}

/// The same, each with the blobs of the image.
fn work(image: &PlannedImage) -> impl Iterator<Item = (&Arc<Lane>, Vec<Descriptor>)> {
    needy(image)
        .zip(std::iter::repeat_with(|| image.tree.as_ref().map(|tree| tree.blobs()).unwrap_or_default()))
}

impl Cost {
    fn count(&mut self, size: u64, mount: Support) {
        self.blobs += 1;
        match mount {
            Support::Yes => self.mounts += 1,
            Support::Unknown => {
                self.mounts += 1;
                self.most_bytes += size;
            }
            Support::No => {
                self.least_bytes += size;
                self.most_bytes += size;
            }
        }
    }
}

/// Which blobs the plan brings where.
#[derive(Default)]
struct Brought {
    places: HashSet<(Place, Digest)>,
    hosts: HashSet<(String, Digest)>,
}

impl Brought {
    /// Whether the blob is new at the place.
    fn add(&mut self, place: &Place, blob: Digest) -> bool {
        self.places.insert((place.clone(), blob))
    }

    /// Whether another place of the host has got the blob. From now on this one has it, too.
    fn is_beside(&mut self, place: &Place, blob: &Digest) -> bool {
        !self.hosts.insert((place.host.clone(), *blob))
    }
}
