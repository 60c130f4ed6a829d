//! What all images of one run share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{Journal, Place};
use portolan_oci::Digest;
use portolan_transport::Source;
use tokio_util::sync::CancellationToken;

use crate::blob::{Limits, Mover};
use crate::copy::SourceLists;
use crate::event::Observer;
use crate::holdings::{Holdings, place_of};
use crate::mirror::Selected;
use crate::plan::{Learnt, Rewritten};

const MIB: u64 = 1024 * 1024;

/// How a run works. The defaults are right for a registry.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Blobs that are read at once. Targets that are slower than the fastest are fed beyond that.
    pub parallel_blobs: usize,
    /// Blobs over this many bytes go up in chunks.
    pub chunked_over: u64,
    /// Bytes of the smallest chunk; larger ones are multiples of it.
    pub chunk: u64,
    /// How long the line should take for a chunk: what a break costs at most, where a smallest chunk does not
    /// take longer.
    pub chunk_worth: Duration,
    /// How many bytes a target may lag behind the fastest before it is fed from a spool file.
    pub window: u64,
    /// Images of a mirror that are planned and done before the next ones are looked at: what a plan holds of an
    /// image is held for so many. With few of them a run often waits for the last images of a portion.
    pub portion: usize,
    /// Folder for spool files. It is made when it is needed.
    pub spool: PathBuf,
    /// How often the bytes of one blob are tried before its image fails.
    pub attempts: u32,
    /// The wait between the first two tries; it doubles.
    pub pause: Duration,
    /// What time it is, where the age of what is remembered counts.
    pub clock: fn() -> Timestamp,
}

impl EngineOptions {
    /// The defaults, with spools in `spool`.
    pub fn new(spool: PathBuf) -> Self {
        Self {
            parallel_blobs: 6,
            chunked_over: 64 * MIB,
            chunk: 16 * MIB,
            chunk_worth: Duration::from_secs(2),
            window: 8 * MIB,
            portion: 500,
            spool,
            attempts: 5,
            pause: Duration::from_millis(500),
            clock: Timestamp::now,
        }
    }
}

/// Copies images. One engine serves one run: what it learns about blobs holds for the run.
pub struct Engine {
    pub(crate) journal: Journal,
    pub(crate) mover: Mover,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) cancelled: CancellationToken,
    pub(crate) holdings: Mutex<HashMap<Place, Arc<Holdings>>>,
    pub(crate) learnt: Mutex<Learnt>,
    pub(crate) rewritten: Mutex<HashMap<Digest, Rewritten>>,
    pub(crate) selected: Selected,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) portion: usize,
    /// Whether others bring something to the same places at the same time.
    pub(crate) in_company: AtomicBool,
    source_tags: Mutex<HashMap<Place, Arc<SourceLists>>>,
    first_questions: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Engine {
    /// An engine that writes to `journal` and tells `observer` what happens. When `cancelled` is, every copy
    /// ends at once and can be taken up by a later run.
    pub fn new(
        journal: Journal,
        options: EngineOptions,
        observer: Arc<dyn Observer>,
        cancelled: CancellationToken,
    ) -> Self {
        let limits = Limits {
            blobs: options.parallel_blobs.max(1),
            chunked_over: options.chunked_over,
            chunk: options.chunk.max(1),
            chunk_worth: options.chunk_worth,
            window: options.window,
            spool: options.spool,
            attempts: options.attempts.max(1),
            pause: options.pause,
        };
        let mover = Mover::new(journal.clone(), limits, Arc::clone(&observer));
        Self {
            journal,
            mover,
            observer,
            cancelled,
            holdings: Mutex::default(),
            learnt: Mutex::default(),
            rewritten: Mutex::default(),
            selected: Selected::default(),
            clock: options.clock,
            portion: options.portion.max(1),
            in_company: AtomicBool::new(false),
            source_tags: Mutex::default(),
            first_questions: Mutex::default(),
        }
    }

    /// What is learnt from the tags of a source, once in a run.
    pub(crate) fn lists_of(&self, source: &dyn Source) -> Arc<SourceLists> {
        let place = place_of(source.location());
        let mut all = self.source_tags.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(place).or_default())
    }

    /// Who holds this asks a host something that teaches what it can do; the others wait for the lesson.
    pub(crate) fn first_question(&self, source: &dyn Source) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.first_questions.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(source.location().host().to_owned()).or_default())
    }
}
