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
    grown: Notify,
}

impl Known {
    /// Notes that `place` has the blob.
    pub(crate) fn add(&self, digest: Digest, place: &Place) {
        self.lock().entry(digest).or_default().insert(place.clone());
        self.grown.notify_waiters();
    }

    /// In how many places it is.
    pub(crate) fn count(&self, digest: &Digest) -> usize {
        self.lock().get(digest).map_or(0, HashSet::len)
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
        self.lock().get(digest).is_some_and(|places| places.contains(place))
    }

    /// Another repository on the same host that has it.
    pub(crate) fn beside(&self, digest: &Digest, place: &Place) -> Option<RepositoryName> {
        let known = self.lock();
        let mut others = known.get(digest)?.iter();
        others.find(|other| other.host == place.host && *other != place)?.repository.parse().ok()
    }

    /// Forgets all about a place that turned out to miss something.
    pub(crate) fn forget(&self, place: &Place) {
        for places in self.lock().values_mut() {
            places.remove(place);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, HashSet<Place>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
