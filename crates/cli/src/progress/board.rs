//! The counts of work under way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use portolan_oci::Digest;
use portolan_sync::{BlobOutcome, Event, Observer};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::note::{Note, Reader};
use crate::arguments::ProgressMode;

/// Notes that wait to be printed; what comes when it is full is counted and dropped.
const QUEUE: usize = 1024;

type Key = (Arc<str>, Digest);

/// The counts of work under way. To be asked often and from many tasks: nobody waits here for longer than it
/// takes to enter a blob into a table.
#[derive(Debug)]
pub(crate) struct Board {
    reader: Reader,
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
    unsaid: AtomicU64,
    transfers: RwLock<HashMap<Key, Arc<Transfer>>>,
    notes: Sender<Note>,
}

/// A blob on its way to a target.
#[derive(Debug)]
pub(crate) struct Transfer {
    /// The target.
    pub(crate) target: Arc<str>,
    /// The blob.
    pub(crate) digest: Digest,
    /// Its size in bytes.
    pub(crate) size: u64,
    sent: AtomicU64,
}

impl Transfer {
    /// How many bytes the target has.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }
}

/// The counts at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    /// Images to bring, over all targets.
    pub(crate) images: u64,
    /// How many of them came to their end.
    pub(crate) images_done: u64,
    /// The most targets that one image goes to.
    pub(crate) targets: u64,
    /// Bytes to bring, over all targets.
    pub(crate) total: u64,
    /// How many of them are there.
    pub(crate) position: u64,
    /// How many of them this run has sent.
    pub(crate) moved: u64,
    /// Blobs to bring, over all targets.
    pub(crate) blobs: u64,
    /// How many of them are there.
    pub(crate) blobs_done: u64,
    /// What is on its way.
    pub(crate) transfers: Vec<Arc<Transfer>>,
}

impl Board {
    /// An empty board, and the notes that will be made.
    pub(crate) fn new(mode: ProgressMode) -> (Arc<Self>, Receiver<Note>) {
        let (notes, receiver) = channel(QUEUE);
        let board = Self {
            reader: if mode == ProgressMode::Json { Reader::Program } else { Reader::Human },
            images: AtomicU64::default(),
            images_done: AtomicU64::default(),
            targets: AtomicU64::default(),
            total: AtomicU64::default(),
            blobs: AtomicU64::default(),
            blobs_done: AtomicU64::default(),
            done: AtomicU64::default(),
            moved: AtomicU64::default(),
            unsaid: AtomicU64::default(),
            transfers: RwLock::default(),
            notes,
        };
        (Arc::new(board), receiver)
    }

    /// The counts now.
    pub(crate) fn snapshot(&self) -> Snapshot {
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

    /// How many notes were dropped since it was last asked.
    pub(crate) fn take_unsaid(&self) -> u64 {
        self.unsaid.swap(0, Relaxed)
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

impl Observer for Board {
    fn observe(&self, event: Event) {
        if let Some(note) = Note::of(&event, self.reader)
            && let Err(TrySendError::Full(_)) = self.notes.try_send(note)
        {
            self.unsaid.fetch_add(1, Relaxed);
        }
        match event {
            Event::Begun { blobs, bytes, targets, .. } => {
                self.targets.fetch_max(targets, Relaxed);
                self.total.fetch_add(bytes.saturating_mul(targets), Relaxed);
                self.blobs.fetch_add(blobs.saturating_mul(targets), Relaxed);
            }
            Event::BlobStarted { target, digest, size, offset } => {
                self.started((target, digest), size, offset);
            }
            Event::BlobProgress { target, digest, sent } => self.progressed(&(target, digest), sent),
            Event::BlobDone { target, digest, size, how } => self.ended(&(target, digest), size, how),
            Event::Planned { copies, failing, .. } => {
                self.images.fetch_add(copies + failing, Relaxed);
            }
            Event::Ended { .. } => {
                self.images_done.fetch_add(1, Relaxed);
            }
            Event::Retrying { .. } | Event::ManifestDone { .. } | Event::Warning { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(board: &Board, target: &str, blob: &[u8], offset: u64) {
        let digest = Digest::sha256(blob);
        board.observe(Event::BlobStarted { target: target.into(), digest, size: 100, offset });
    }

    fn progress(board: &Board, target: &str, blob: &[u8], sent: u64) {
        board.observe(Event::BlobProgress { target: target.into(), digest: Digest::sha256(blob), sent });
    }

    fn done(board: &Board, target: &str, blob: &[u8], how: BlobOutcome) {
        let digest = Digest::sha256(blob);
        board.observe(Event::BlobDone { target: target.into(), digest, size: 100, how });
    }

    #[test]
    fn bytes_are_counted_once_per_target() {
        let (board, _notes) = Board::new(ProgressMode::Plain);
        board.observe(Event::Begun { image: "a".into(), manifests: 1, blobs: 2, bytes: 200, targets: 2 });
        started(&board, "one", b"x", 40);
        progress(&board, "one", b"x", 70);
        done(&board, "two", b"x", BlobOutcome::Mounted);
        let now = board.snapshot();
        assert_eq!((now.total, now.position, now.moved), (400, 170, 30));
        assert_eq!((now.blobs, now.blobs_done, now.transfers.len()), (4, 1, 1));

        done(&board, "one", b"x", BlobOutcome::Uploaded);
        let now = board.snapshot();
        assert_eq!((now.position, now.moved, now.blobs_done, now.transfers.len()), (200, 60, 2, 0));
    }

    #[test]
    fn a_broken_blob_goes_back_without_being_unsent() {
        let (board, _notes) = Board::new(ProgressMode::Plain);
        board.observe(Event::Begun { image: "a".into(), manifests: 1, blobs: 1, bytes: 100, targets: 1 });
        started(&board, "one", b"x", 0);
        progress(&board, "one", b"x", 60);
        started(&board, "one", b"x", 50);
        progress(&board, "one", b"x", 80);
        let now = board.snapshot();
        assert_eq!((now.position, now.moved), (80, 90));
    }

    #[test]
    fn notes_that_find_no_room_are_counted() {
        let (board, mut notes) = Board::new(ProgressMode::Plain);
        for _ in 0..QUEUE + 3 {
            board.observe(Event::Warning { message: "odd".into() });
        }
        assert_eq!(board.take_unsaid(), 3);
        assert_eq!(board.take_unsaid(), 0);
        assert_eq!(notes.try_recv(), Ok(Note::Notable("warning: odd".into())));
    }
}
