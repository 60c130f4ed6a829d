//! One image's way to one target.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use portolan_catalog::Place;
use portolan_oci::{Digest, TagOrDigest};
use portolan_transport::{Location, PutAs, Target};
use tokio::sync::Notify;

use crate::event::BlobOutcome;
use crate::holdings::{Holdings, place_of};
use crate::{CopyError, Tally};

/// Whether a target is asked for a blob before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    /// The repository is new: it can have only what was hinted at.
    Hinted,
    /// It has content, or an earlier attempt did not end: ask for every blob.
    Always,
}

/// How a target came to have an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It had everything before the copy began.
    Unchanged,
    /// It was copied there.
    Copied,
}

/// What is known of a place before an image is brought there.
#[derive(Debug)]
pub(crate) struct Remembered {
    pub(crate) probe: Probe,
    pub(crate) holdings: Arc<Holdings>,
}

/// A target of one image, with what is known about it and how the image fares there.
pub(crate) struct Lane {
    pub(crate) target: Arc<dyn Target>,
    pub(crate) place: Place,
    /// The target as it is shown.
    pub(crate) label: Arc<str>,
    /// The name that the image gets there.
    pub(crate) name: PutAs,
    remembered: OnceLock<Remembered>,
    /// Repositories of the same host that the journal says have a blob.
    elsewhere: OnceLock<HashMap<Digest, Vec<String>>>,
    /// Nothing that was remembered is believed any more.
    distrusted: AtomicBool,
    /// What else had the name of the image.
    replaced: OnceLock<Digest>,
    /// The target has the image.
    settled: OnceLock<Settled>,
    failure: Mutex<Option<CopyError>>,
    /// Blobs of the image that were proven to be here.
    proven: AtomicUsize,
    /// Woken when one more is proven, or when the image fails.
    changed: Notify,
    manifests: AtomicU64,
    present: AtomicU64,
    mounted: AtomicU64,
    uploaded: AtomicU64,
    bytes: AtomicU64,
}

impl Lane {
    pub(crate) fn new(target: Arc<dyn Target>, name: PutAs) -> Self {
        let location = target.location();
        let place = place_of(location);
        let label = Arc::from(location.to_string());
        Self {
            target,
            place,
            label,
            name,
            remembered: OnceLock::new(),
            elsewhere: OnceLock::new(),
            distrusted: AtomicBool::new(false),
            replaced: OnceLock::new(),
            settled: OnceLock::new(),
            failure: Mutex::new(None),
            proven: AtomicUsize::new(0),
            changed: Notify::new(),
            manifests: AtomicU64::new(0),
            present: AtomicU64::new(0),
            mounted: AtomicU64::new(0),
            uploaded: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// The name that the image has here, for the journal.
    pub(crate) fn reference(&self, image: &Digest) -> String {
        match &self.name {
            PutAs::Tag(tag) => tag.to_string(),
            PutAs::Digest => image.to_string(),
        }
    }

    /// The target with the name that the image has here, for people.
    pub(crate) fn shown(&self, image: Option<&Digest>) -> String {
        let reference = match (&self.name, image) {
            (PutAs::Tag(tag), _) => Some(TagOrDigest::Tag(tag.clone())),
            (PutAs::Digest, Some(image)) => Some(TagOrDigest::Digest(*image)),
            (PutAs::Digest, None) => None,
        };
        self.target.location().with(reference.as_ref())
    }

    /// Notes that the name is another image's now, once for all.
    pub(crate) fn replaces(&self, image: Digest) {
        self.replaced.get_or_init(|| image);
    }

    /// What else had the name of the image.
    pub(crate) fn replaced(&self) -> Option<Digest> {
        self.replaced.get().copied()
    }

    /// Whether the target must be asked for a blob before it is sent.
    pub(crate) fn asks_for(&self, blob: &Digest) -> bool {
        let may_have = |remembered: &Remembered| {
            remembered.probe == Probe::Always || remembered.holdings.remembers(blob)
        };
        self.remembered.get().is_none_or(may_have) || self.distrusted.load(Ordering::Relaxed)
    }

    /// What is known of the place, once for all.
    pub(crate) fn remember(&self, remembered: Remembered) {
        self.remembered.get_or_init(|| remembered);
    }

    /// Where on the host blobs were seen, once for all.
    pub(crate) fn remember_elsewhere(&self, places: HashMap<Digest, Vec<String>>) {
        self.elsewhere.get_or_init(|| places);
    }

    /// Whether that is remembered.
    pub(crate) fn remembers_elsewhere(&self) -> bool {
        self.elsewhere.get().is_some()
    }

    /// Other repositories of the host that the journal says have the blob.
    pub(crate) fn elsewhere(&self, blob: &Digest) -> &[String] {
        self.elsewhere.get().and_then(|places| places.get(blob)).map_or(&[], Vec::as_slice)
    }

    /// From now on the target is asked for everything.
    pub(crate) fn distrust(&self) {
        self.distrusted.store(true, Ordering::Relaxed);
    }

    /// The target has the image, whatever else becomes of the run.
    pub(crate) fn settle(&self, how: Settled) {
        self.settled.get_or_init(|| how);
    }

    /// How the target came to have the image, if it has it.
    pub(crate) fn settled(&self) -> Option<Settled> {
        self.settled.get().copied()
    }

    /// Whether the target still needs the image and nothing has failed there.
    pub(crate) fn is_pending(&self) -> bool {
        self.is_live() && self.settled().is_none()
    }

    /// What shares blobs by mounting: a registry; any other place stands for itself.
    pub(crate) fn mounting_ground(&self) -> (&str, Option<&str>) {
        match self.target.location() {
            Location::Registry(..) => (&self.place.host, None),
            _ => (&self.place.host, Some(&self.place.repository)),
        }
    }

    /// Whether nothing has failed here yet.
    pub(crate) fn is_live(&self) -> bool {
        self.lock().is_none()
    }

    /// Takes this target out of the copy. The first cause counts.
    pub(crate) fn fail(&self, cause: CopyError) {
        self.lock().get_or_insert(cause);
        self.changed.notify_waiters();
    }

    /// Waits until `blobs` blobs are proven to be here, or the image has failed.
    pub(crate) async fn all_proven(&self, blobs: usize) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.proven.load(Ordering::Acquire) >= blobs || !self.is_live() {
                return;
            }
            changed.await;
        }
    }

    /// Why it failed, if it did.
    pub(crate) fn failure(&self) -> Option<CopyError> {
        self.lock().clone()
    }

    /// Forgets a failure, to begin once more.
    pub(crate) fn revive(&self) {
        self.proven.store(0, Ordering::Release);
        *self.lock() = None;
    }

    /// One blob of the image is here.
    pub(crate) fn count_blob(&self, how: BlobOutcome) {
        let counter = match how {
            BlobOutcome::Present => &self.present,
            BlobOutcome::Mounted => &self.mounted,
            BlobOutcome::Uploaded => &self.uploaded,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.proven.fetch_add(1, Ordering::Release);
        self.changed.notify_waiters();
    }

    pub(crate) fn count_bytes(&self, sent: u64) {
        self.bytes.fetch_add(sent, Ordering::Relaxed);
    }

    pub(crate) fn count_manifest(&self) {
        self.manifests.fetch_add(1, Ordering::Relaxed);
    }

    /// What was done here so far.
    pub(crate) fn tally(&self) -> Tally {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Tally {
            manifests: read(&self.manifests),
            blobs_present: read(&self.present),
            blobs_mounted: read(&self.mounted),
            blobs_uploaded: read(&self.uploaded),
            bytes_sent: read(&self.bytes),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<CopyError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
