//! Runs that this process is at, as they go on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use portolan_catalog::RunId;
use portolan_oci::Digest;
use portolan_sync::{Counts, Event, ImageEnd, Observer, Snapshot};
use tokio::sync::broadcast;

/// Events that a listener may be behind; who is further behind is told how many he missed.
const BEHIND: usize = 1_024;

/// Runs that this process is at. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct UnderWay(Arc<Mutex<HashMap<RunId, Arc<LiveRun>>>>);

/// A run that goes on.
#[derive(Debug)]
pub struct LiveRun {
    counts: Counts,
    events: broadcast::Sender<Event>,
}

impl UnderWay {
    /// A run, if this process is at it.
    pub fn run(&self, run: RunId) -> Option<Arc<LiveRun>> {
        self.runs().get(&run).cloned()
    }

    /// Watches a run that is about to begin.
    pub(super) fn watch(&self) -> Arc<Watched> {
        let live = Arc::new(LiveRun { counts: Counts::default(), events: broadcast::Sender::new(BEHIND) });
        Arc::new(Watched { under_way: self.clone(), live, run: OnceLock::new(), arrived: Mutex::default() })
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<RunId, Arc<LiveRun>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveRun {
    /// How far it is.
    pub fn snapshot(&self) -> Snapshot {
        self.counts.snapshot()
    }

    /// What happens from now on, but for the single pieces of blobs. It ends with the run.
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

/// What watches a run; the run counts as under way from its first event until this is dropped.
pub(super) struct Watched {
    under_way: UnderWay,
    live: Arc<LiveRun>,
    run: OnceLock<RunId>,
    arrived: Mutex<Vec<Arrived>>,
}

/// An image that came to be at a target.
pub(super) struct Arrived {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) digest: Digest,
    pub(super) at: Timestamp,
}

impl Watched {
    /// What has arrived since this was asked last.
    pub(super) fn take_arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.arrived.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Watched {
    fn observe(&self, event: Event) {
        if let Event::Started { run, .. } = &event {
            let run = *self.run.get_or_init(|| RunId::new(*run));
            self.under_way.runs().insert(run, Arc::clone(&self.live));
        }
        if let Event::Ended { image, target, digest: Some(digest), end: ImageEnd::Copied { .. } } = &event {
            let (source, target) = (image.clone(), target.clone());
            let arrived = Arrived { source, target, digest: *digest, at: Timestamp::now() };
            self.arrived.lock().unwrap_or_else(PoisonError::into_inner).push(arrived);
        }
        self.live.counts.count(&event);
        if !matches!(event, Event::BlobProgress { .. }) {
            // It fails only when nobody listens.
            let _ = self.live.events.send(event);
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(run) = self.run.get() {
            self.under_way.runs().remove(run);
        }
    }
}
