//! What was found out about images while they were selected, so that planning need not ask again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use portolan_catalog::Place;
use portolan_oci::{Digest, RawManifest, TagOrDigest};
use portolan_transport::Source;

use crate::holdings::place_of;

/// What is known of images since they were selected in this run.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    digests: Mutex<HashMap<(Place, TagOrDigest), Digest>>,
    manifests: Mutex<HashMap<Digest, RawManifest>>,
}

impl Selected {
    /// The source shows this.
    pub(super) fn note(&self, source: &dyn Source, reference: &TagOrDigest, digest: Digest) {
        lock(&self.digests).insert((place_of(source.location()), reference.clone()), digest);
    }

    /// What the source was seen to show in this run.
    pub(crate) fn digest(&self, source: &dyn Source, reference: &TagOrDigest) -> Option<Digest> {
        match reference {
            TagOrDigest::Digest(digest) => Some(*digest),
            TagOrDigest::Tag(_) => {
                lock(&self.digests).get(&(place_of(source.location()), reference.clone())).copied()
            }
        }
    }

    /// Keeps a manifest that was read and will be wanted again.
    pub(super) fn keep(&self, manifest: RawManifest) {
        lock(&self.manifests).insert(*manifest.digest(), manifest);
    }

    /// Gives a manifest out that was kept.
    pub(crate) fn take(&self, source: &dyn Source, reference: &TagOrDigest) -> Option<RawManifest> {
        // Most runs keep none.
        if lock(&self.manifests).is_empty() {
            return None;
        }
        let digest = self.digest(source, reference)?;
        lock(&self.manifests).remove(&digest)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
