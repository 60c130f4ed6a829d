//! What is in force now.

use std::sync::Arc;

use jiff::Timestamp;
use portolan_sync::{EngineOptions, Mirror};
use portolan_transport::Places;
use tokio::sync::watch;

use crate::doors::hooks::Hook;

/// What of the configuration is in force.
#[derive(Clone)]
pub struct InForce {
    /// The mirrors.
    pub mirrors: Arc<[Mirror]>,
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
    mirrors: watch::Sender<Arc<[Mirror]>>,
    hooks: watch::Sender<Arc<[Hook]>>,
    reach: watch::Sender<Reach>,
    refused: watch::Sender<Option<Refused>>,
}

impl Live {
    /// With what is in force first.
    pub fn new(InForce { mirrors, hooks, reach }: InForce) -> Self {
        Self(Arc::new(Parts {
            mirrors: watch::Sender::new(mirrors),
            hooks: watch::Sender::new(hooks),
            reach: watch::Sender::new(reach),
            refused: watch::Sender::new(None),
        }))
    }

    /// Puts this in force. What is under way goes on as it began, but for runs of mirrors that are gone.
    pub fn put(&self, InForce { mirrors, hooks, reach }: InForce) {
        // A mirror that is new finds the registries that it needs.
        self.0.reach.send_replace(reach);
        self.0.hooks.send_replace(hooks);
        self.0.mirrors.send_replace(mirrors);
        self.0.refused.send_replace(None);
    }

    /// Leaves everything as it is, and remembers why.
    pub fn refuse(&self, why: String) {
        self.0.refused.send_replace(Some(Refused { at: Timestamp::now(), why }));
    }

    /// The mirrors.
    pub fn mirrors(&self) -> Arc<[Mirror]> {
        Arc::clone(&self.0.mirrors.borrow())
    }

    /// The mirrors, from now on.
    pub fn follow_mirrors(&self) -> watch::Receiver<Arc<[Mirror]>> {
        self.0.mirrors.subscribe()
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
