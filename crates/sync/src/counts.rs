//! The counts of a run under way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use portolan_oci::Digest;

use crate::event::{BlobOutcome, Event};

type Key = (Arc<str>, Digest);

/// The counts of a run under way. To be asked often and from many tasks: nobody waits here for longer than it takes to
/// enter a blob into a table.
#[derive(Debug, Default)]
pub struct Counts {
    images: AtomicU64,
    images_done: AtomicU64,
    targets: AtomicU64,
    total: AtomicU64,
    blobs: AtomicU64,
    blobs_done: AtomicU64,
    /// Bytes of blobs that are at their target, however they came there.
    done: AtomicU64,
    /// Bytes sent by this run, which makes the rate.
    moved: AtomicU64,
    transfers: RwLock<HashMap<Key, Arc<Transfer>>>,
}

/// A blob on its way to a target.
#[derive(Debug)]
pub struct Transfer {
    /// The target.
    pub target: Arc<str>,
    /// The blob.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    sent: AtomicU64,
}

impl Transfer {
    /// How many bytes the target has.
    pub fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }
}

/// The counts at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Images to bring, over all targets.
    pub images: u64,
    /// How many of them came to their end.
    pub images_done: u64,
    /// The most targets that one image goes to.
    pub targets: u64,
    /// Bytes to bring, over all targets.
    pub total: u64,
    /// How many of them are there.
    pub position: u64,
    /// How many of them this run has sent.
    pub moved: u64,
    /// Blobs to bring, over all targets.
    pub blobs: u64,
    /// How many of them are there.
    pub blobs_done: u64,
    /// What is on its way.
    pub transfers: Vec<Arc<Transfer>>,
}

impl Counts {
    /// The counts now.
    pub fn snapshot(&self) -> Snapshot {
        let transfers: Vec<_> =
            self.transfers.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        let total = self.total.load(Relaxed);
        let under_way: u64 = transfers.iter().map(|transfer| transfer.sent()).sum();
        Snapshot {
            images: self.images.load(Relaxed),
            images_done: self.images_done.load(Relaxed),
            targets: self.targets.load(Relaxed),
            total,
            position: (self.done.load(Relaxed) + under_way).min(total),
            moved: self.moved.load(Relaxed),
            blobs: self.blobs.load(Relaxed),
            blobs_done: self.blobs_done.load(Relaxed),
            transfers,
        }
    }

    /// Counts what happened.
    pub fn count(&self, event: &Event) {
        match event {
            Event::Begun { blobs, bytes, targets, .. } => {
                self.targets.fetch_max(*targets, Relaxed);
                self.total.fetch_add(bytes.saturating_mul(*targets), Relaxed);
                self.blobs.fetch_add(blobs.saturating_mul(*targets), Relaxed);
            }
            Event::BlobStarted { target, digest, size, offset } => {
                self.started((Arc::clone(target), *digest), *size, *offset);
            }
            Event::BlobProgress { target, digest, sent } => {
                self.progressed(&(Arc::clone(target), *digest), *sent);
            }
            Event::BlobDone { target, digest, size, how } => {
                self.ended(&(Arc::clone(target), *digest), *size, *how);
            }
            Event::Planned { copies, failing, .. } => {
                self.images.fetch_add(copies + failing, Relaxed);
            }
            Event::Ended { .. } => {
                self.images_done.fetch_add(1, Relaxed);
            }
            Event::Started { .. }
            | Event::Retrying { .. }
            | Event::ManifestDone { .. }
            | Event::Warning { .. } => {}
        }
    }

    fn started(&self, key: Key, size: u64, offset: u64) {
        let transfer = Transfer { target: Arc::clone(&key.0), digest: key.1, size, sent: offset.into() };
        self.transfers.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::new(transfer));
    }

    fn progressed(&self, key: &Key, sent: u64) {
        if let Some(transfer) = self.transfers.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            let before = transfer.sent.swap(sent, Relaxed);
            self.moved.fetch_add(sent.saturating_sub(before), Relaxed);
        }
    }

    fn ended(&self, key: &Key, size: u64, how: BlobOutcome) {
        if how == BlobOutcome::Uploaded {
            self.progressed(key, size);
        }
        self.done.fetch_add(size, Relaxed);
        self.blobs_done.fetch_add(1, Relaxed);
        self.transfers.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(counts: &Counts, target: &str, blob: &[u8], offset: u64) {
        let digest = Digest::sha256(blob);
        counts.count(&Event::BlobStarted { target: target.into(), digest, size: 100, offset });
    }

    fn progress(counts: &Counts, target: &str, blob: &[u8], sent: u64) {
        counts.count(&Event::BlobProgress { target: target.into(), digest: Digest::sha256(blob), sent });
    }

    fn done(counts: &Counts, target: &str, blob: &[u8], how: BlobOutcome) {
        let digest = Digest::sha256(blob);
        counts.count(&Event::BlobDone { target: target.into(), digest, size: 100, how });
    }

    #[test]
    fn bytes_are_counted_once_per_target() {
        let counts = Counts::default();
        counts.count(&Event::Begun { image: "a".into(), manifests: 1, blobs: 2, bytes: 200, targets: 2 });
        started(&counts, "one", b"x", 40);
        progress(&counts, "one", b"x", 70);
        done(&counts, "two", b"x", BlobOutcome::Mounted);
        let now = counts.snapshot();
        assert_eq!((now.total, now.position, now.moved), (400, 170, 30));
        assert_eq!((now.blobs, now.blobs_done, now.transfers.len()), (4, 1, 1));

        done(&counts, "one", b"x", BlobOutcome::Uploaded);
        let now = counts.snapshot();
        assert_eq!((now.position, now.moved, now.blobs_done, now.transfers.len()), (200, 60, 2, 0));
    }

    #[test]
    fn a_broken_blob_goes_back_without_being_unsent() {
        let counts = Counts::default();
        counts.count(&Event::Begun { image: "a".into(), manifests: 1, blobs: 1, bytes: 100, targets: 1 });
        started(&counts, "one", b"x", 0);
        progress(&counts, "one", b"x", 60);
        started(&counts, "one", b"x", 50);
        progress(&counts, "one", b"x", 80);
        let now = counts.snapshot();
        assert_eq!((now.position, now.moved), (80, 90));
    }
}
