//! What was proven in this run to be where.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use portolan_catalog::Place;
use portolan_oci::{Digest, RepositoryName};
use tokio::sync::Notify;

/// Places by blob. Grows with the number of different blobs of a run.
#[derive(Debug, Default)]
pub(crate) struct Known {
    places: Mutex<HashMap<Digest, HashSet<Place>>>,
    /// Places that say they have a blob: good to try a mount from, but no proof.
    claims: Mutex<HashMap<Digest, HashSet<Place>>>,
    grown: Notify,
}

impl Known {
    /// Notes that `place` has the blob.
    pub(crate) fn add(&self, digest: Digest, place: &Place) {
        lock(&self.places).entry(digest).or_default().insert(place.clone());
        self.grown.notify_waiters();
    }

    /// Notes that `place` says it has the blob: the source of an image.
    pub(crate) fn claim(&self, digest: Digest, place: &Place) {
        lock(&self.claims).entry(digest).or_default().insert(place.clone());
    }

    /// In how many places it is.
    pub(crate) fn count(&self, digest: &Digest) -> usize {
        lock(&self.places).get(digest).map_or(0, HashSet::len)
    }

    /// Waits until it is in more than `seen` places.
    pub(crate) async fn more_than(&self, digest: &Digest, seen: usize) {
        loop {
            let grown = self.grown.notified();
            tokio::pin!(grown);
            grown.as_mut().enable();
            if self.count(digest) > seen {
                return;
            }
            grown.await;
        }
    }

    /// Whether `place` was proven to have it.
    pub(crate) fn is_at(&self, digest: &Digest, place: &Place) -> bool {
        lock(&self.places).get(digest).is_some_and(|places| places.contains(place))
    }

    /// Another repository on the same host that has it, or says so.
    pub(crate) fn beside(&self, digest: &Digest, place: &Place) -> Option<RepositoryName> {
        [&self.places, &self.claims].into_iter().find_map(|places| {
            let places = lock(places);
            let mut others = places.get(digest)?.iter();
            others.find(|other| other.host == place.host && *other != place)?.repository.parse().ok()
        })
    }

    /// Forgets all about a place that turned out to miss something.
    pub(crate) fn forget(&self, place: &Place) {
        for places in lock(&self.places).values_mut() {
            places.remove(place);
        }
    }
}

fn lock(
    places: &Mutex<HashMap<Digest, HashSet<Place>>>,
) -> std::sync::MutexGuard<'_, HashMap<Digest, HashSet<Place>>> {
    places.lock().unwrap_or_else(PoisonError::into_inner)
}
