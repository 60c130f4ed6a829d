//! Brings a blob to all targets of an image, at most once from the source.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{OptionFuture, join, join_all};
use portolan_catalog::{Journal, Place};
use portolan_oci::{Descriptor, Digest};
use portolan_transport::{Flight, SingleFlight, Source};
use tokio::sync::Semaphore;

use super::known::Known;
use super::lane::Lane;
use super::send::{Tries, Upload};
use super::settle::Need;
use super::transfer::{Job, Pass};
use crate::CopyError;
use crate::event::{BlobOutcome, Event, Observer};

/// How much is done at once, and in what pieces.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Blobs that are read at once in the whole run.
    pub(crate) blobs: usize,
    /// A blob over this size is sent in chunks, so that a break costs only one.
    pub(crate) chunked_over: u64,
    /// The size of the smallest chunk; larger ones are multiples of it.
    pub(crate) chunk: u64,
    /// How long the line should take for a chunk.
    pub(crate) chunk_worth: Duration,
    /// How far a target may lag behind the others before it is fed from the spool.
    pub(crate) window: u64,
    /// Where spools lie.
    pub(crate) spool: PathBuf,
    /// How often the bytes of a blob are tried.
    pub(crate) attempts: u32,
    /// The wait before the second try; it doubles.
    pub(crate) pause: Duration,
}

/// Moves blobs for all images of a run.
pub(crate) struct Mover {
    pub(super) journal: Journal,
    pub(crate) known: Known,
    pub(super) limits: Limits,
    pub(super) observer: Arc<dyn Observer>,
    flights: SingleFlight<Digest, ()>,
    pub(super) mounts: SingleFlight<(Place, Digest), ()>,
    pub(super) places: Semaphore,
}

impl Mover {
    pub(crate) fn new(journal: Journal, limits: Limits, observer: Arc<dyn Observer>) -> Self {
        let places = Semaphore::new(limits.blobs.max(1));
        Self {
            journal,
            known: Known::default(),
            limits,
            observer,
            flights: SingleFlight::default(),
            mounts: SingleFlight::default(),
            places,
        }
    }

    /// Brings `blob` to every lane that is still live; a lane that cannot have it fails. Of several lanes in
    /// one registry one gets the bytes; the others wait for it, and find the blob or mount it.
    pub(crate) async fn bring(&self, source: &Arc<dyn Source>, blob: &Descriptor, lanes: &[Arc<Lane>]) {
        let live = lanes.iter().filter(|lane| lane.is_live());
        join_all(apart(live).into_iter().map(|lanes| self.bring_apart(source, blob, lanes))).await;
    }

    /// The same for lanes that cannot profit from each other.
    async fn bring_apart(&self, source: &Arc<dyn Source>, blob: &Descriptor, lanes: Vec<Arc<Lane>>) {
        let mut waiting = lanes;
        let mut uploads = Vec::new();
        let lead = loop {
            let seen = self.known.count(&blob.digest);
            waiting = self.settle_known(blob, waiting, &mut uploads).await;
            if waiting.is_empty() && uploads.is_empty() {
                return;
            }
            tokio::select! {
                flight = self.flights.join(&blob.digest) => if let Flight::Lead(lead) = flight {
                    break lead;
                },
                // Who leads has brought it somewhere, perhaps to where it can be mounted from, and may go on
                // for long at a slower target.
                () = self.known.more_than(&blob.digest, seen) => {}
            }
        };
        self.lead(source, blob, (waiting, uploads)).await;
        lead.land(());
    }

    /// Takes out the lanes for which nothing has to be asked or sent; gives back the others.
    async fn settle_known(
        &self,
        blob: &Descriptor,
        lanes: Vec<Arc<Lane>>,
        uploads: &mut Vec<Upload>,
    ) -> Vec<Arc<Lane>> {
        let settled = join_all(lanes.into_iter().map(|lane| async {
            let settled = self.settle_at_once(blob, &lane).await;
            (lane, settled)
        }));
        let mut others = Vec::new();
        for (lane, settled) in settled.await {
            match settled {
                Ok(Some(need)) => uploads.extend(self.note(blob, lane, need)),
                Ok(None) => others.push(lane),
                Err(cause) => lane.fail(CopyError::target(&lane.label, cause)),
            }
        }
        others
    }

    /// Brings the blob where it is missing, while all others who want it wait.
    async fn lead(
        &self,
        source: &Arc<dyn Source>,
        blob: &Descriptor,
        (waiting, mut uploads): (Vec<Arc<Lane>>, Vec<Upload>),
    ) {
        let Ok(place) = self.places.acquire().await else { return };
        uploads = self.still_needed(blob, uploads).await;
        let ahead = self.reads_ahead(blob, &waiting, &uploads).then(|| source.blob(blob, 0));
        let settled = join_all(waiting.into_iter().map(|lane| async {
            let need = match self.settle_at_once(blob, &lane).await {
                Ok(None) => self.settle(blob, &lane).await,
                Ok(Some(need)) => Ok(need),
                Err(cause) => Err(cause),
            };
            (lane, need)
        }));
        let (settled, ahead) = join(settled, OptionFuture::from(ahead)).await;
        for (lane, need) in settled {
            match need {
                Ok(need) => uploads.extend(self.note(blob, lane, need)),
                Err(cause) => lane.fail(CopyError::target(&lane.label, cause)),
            }
        }
        self.send(Job { source, blob }, Pass { uploads, place, ahead }).await;
    }

    /// Takes out uploads that were begun where another image has brought the blob since.
    async fn still_needed(&self, blob: &Descriptor, uploads: Vec<Upload>) -> Vec<Upload> {
        let mut needed = Vec::new();
        for upload in uploads {
            if !self.known.is_at(&blob.digest, &upload.lane.place) {
                needed.push(upload);
                continue;
            }
            self.abort(&upload).await;
            self.proven(blob, &upload.lane, BlobOutcome::Present);
        }
        needed
    }

    /// Whether the source is asked for a blob while the target still answers to the upload's beginning: where a
    /// small blob goes to one target that nothing speaks for having it.
    fn reads_ahead(&self, blob: &Descriptor, waiting: &[Arc<Lane>], uploads: &[Upload]) -> bool {
        let [lane] = waiting else { return false };
        uploads.is_empty()
            && blob.size <= self.limits.chunked_over
            && !lane.asks_for(&blob.digest)
            && lane.elsewhere(&blob.digest).is_empty()
            && self.known.beside(&blob.digest, &lane.place).is_none()
    }

    /// Notes a blob that needs no bytes; gives back an upload that does.
    pub(super) fn note(&self, blob: &Descriptor, lane: Arc<Lane>, need: Need) -> Option<Upload> {
        match need {
            Need::Nothing(how) => {
                self.proven(blob, &lane, how);
                None
            }
            Need::Bytes(state, verifier) => Some(Upload { lane, state, verifier, tries: Tries::default() }),
        }
    }

    /// Notes that a target was proven to have a blob.
    pub(super) fn proven(&self, blob: &Descriptor, lane: &Lane, how: BlobOutcome) {
        self.known.add(blob.digest, &lane.place);
        // Blobs are written down with their image. Should that not come to its end, its repository is asked for
        // them; a large one is worth a note of its own, by which other repositories find it.
        if how == BlobOutcome::Uploaded && blob.size > self.limits.chunked_over {
            self.journal.blob_seen(&lane.place, &blob.digest);
        }
        lane.count_blob(how);
        let (target, digest, size) = (Arc::clone(&lane.label), blob.digest, blob.size);
        self.observer.observe(Event::BlobDone { target, digest, size, how });
    }
}

/// Sorts lanes into groups in which no two can mount from each other: the first of every registry, the second
/// of every registry, and so on.
fn apart<'a>(lanes: impl Iterator<Item = &'a Arc<Lane>>) -> Vec<Vec<Arc<Lane>>> {
    let mut groups: Vec<Vec<Arc<Lane>>> = Vec::new();
    for lane in lanes {
        let free = |group: &&mut Vec<Arc<Lane>>| {
            group.iter().all(|other| other.mounting_ground() != lane.mounting_ground())
        };
        match groups.iter_mut().find(free) {
            Some(group) => group.push(Arc::clone(lane)),
            None => groups.push(vec![Arc::clone(lane)]),
        }
    }
    groups
}
