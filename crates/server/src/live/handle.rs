//! What is in force now.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use portolan_catalog::StoredMirror;
use portolan_sync::{EngineOptions, Mirror};
use portolan_transport::Places;
use tokio::sync::watch;

use super::{KnownMirror, Shared};
use crate::doors::hooks::Hook;

/// What a configuration puts in force.
#[derive(Clone)]
pub struct InForce {
    /// Its mirrors.
    pub mirrors: Vec<KnownMirror>,
    /// What all mirrors share.
    pub shared: Shared,
    /// Who may tell of new images.
    pub hooks: Arc<[Hook]>,
    /// How registries are reached.
    pub reach: Reach,
}

/// How registries are reached, and what a run may do at once.
#[derive(Clone)]
pub struct Reach {
    /// All places.
    pub places: Arc<Places>,
    /// How a run works.
    pub options: EngineOptions,
}

/// A configuration that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// When that was.
    pub at: Timestamp,
    /// What is wrong with it.
    pub why: String,
}

/// What is in force, for whoever needs it. Clones are the same.
#[derive(Clone)]
pub struct Live(Arc<Parts>);

struct Parts {
    /// What the mirrors are made of; held while they are.
    made_of: Mutex<MadeOf>,
    known: watch::Sender<Arc<[KnownMirror]>>,
    mirrors: watch::Sender<Arc<[Mirror]>>,
    hooks: watch::Sender<Arc<[Hook]>>,
    reach: watch::Sender<Reach>,
    refused: watch::Sender<Option<Refused>>,
}

#[derive(Default)]
struct MadeOf {
    file: Vec<KnownMirror>,
    shared: Shared,
    stored: Vec<StoredMirror>,
}

impl Live {
    /// With what is in force first.
    pub fn new(first: InForce) -> Self {
        let live = Self(Arc::new(Parts {
            made_of: Mutex::default(),
            known: watch::Sender::new(Arc::default()),
            mirrors: watch::Sender::new(Arc::default()),
            hooks: watch::Sender::new(Arc::default()),
            reach: watch::Sender::new(first.reach.clone()),
            refused: watch::Sender::new(None),
        }));
        live.put(first);
        live
    }

    /// Puts this in force. What is under way goes on as it began, but for runs of mirrors that are gone.
    pub fn put(&self, InForce { mirrors, shared, hooks, reach }: InForce) {
        let mut made_of = self.made_of();
        (made_of.file, made_of.shared) = (mirrors, shared);
        // A mirror that is new finds the registries that it needs.
        self.0.reach.send_replace(reach);
        self.0.hooks.send_replace(hooks);
        self.0.refused.send_replace(None);
        self.make(&made_of);
    }

    /// Puts these mirrors in force beside those of the configuration, in place of those before.
    pub fn put_stored(&self, stored: Vec<StoredMirror>) {
        let mut made_of = self.made_of();
        if made_of.stored != stored {
            made_of.stored = stored;
            self.make(&made_of);
        }
    }

    /// Leaves everything as it is, and remembers why.
    pub fn refuse(&self, why: String) {
        self.0.refused.send_replace(Some(Refused { at: Timestamp::now(), why }));
    }

    fn made_of(&self) -> MutexGuard<'_, MadeOf> {
        self.0.made_of.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make(&self, MadeOf { file, shared, stored }: &MadeOf) {
        let known = shared.joined(file, stored);
        let mirrors: Arc<[Mirror]> = known.iter().map(|known| known.mirror.clone()).collect();
        self.0.known.send_replace(known.into());
        self.0.mirrors.send_replace(mirrors);
    }
}

impl Live {
    /// The mirrors.
    pub fn mirrors(&self) -> Arc<[Mirror]> {
        Arc::clone(&self.0.mirrors.borrow())
    }

    /// The mirrors, from now on.
    pub fn follow_mirrors(&self) -> watch::Receiver<Arc<[Mirror]>> {
        self.0.mirrors.subscribe()
    }

    /// The mirrors, with what is known of them beside.
    pub fn known(&self) -> Arc<[KnownMirror]> {
        Arc::clone(&self.0.known.borrow())
    }

    /// What all mirrors share.
    pub fn shared(&self) -> Shared {
        self.made_of().shared.clone()
    }

    /// Who may tell of new images.
    pub fn hooks(&self) -> Arc<[Hook]> {
        Arc::clone(&self.0.hooks.borrow())
    }

    /// How registries are reached.
    pub fn reach(&self) -> Reach {
        self.0.reach.borrow().clone()
    }

    /// The configuration that was tried last, if it could not be taken.
    pub fn refused(&self) -> Option<Refused> {
        self.0.refused.borrow().clone()
    }
}
