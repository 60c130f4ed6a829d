//! Which token server a registry's credentials have been given to.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::TransportResult;

/// What is known of a registry's token server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RealmPin {
    /// This registry had named none before, or the same one: go ahead.
    Agreed,
    /// It named another one before: credentials are withheld until the user agrees.
    Changed {
        /// The realm that is pinned.
        pinned: String,
    },
}

/// Remembers, per registry, the token server on another host that credentials were first given to. A registry
/// that suddenly names another one does not get them.
#[async_trait]
pub trait RealmPins: Send + Sync + 'static {
    /// Pins `realm` for `registry` if nothing is pinned yet.
    ///
    /// # Errors
    /// If what is pinned cannot be read or written.
    async fn pin(&self, registry: &str, realm: &str) -> TransportResult<RealmPin>;
}

/// Pins for the life of the process.
#[derive(Debug, Default)]
pub struct MemoryPins(Mutex<HashMap<String, String>>);

#[async_trait]
impl RealmPins for MemoryPins {
    async fn pin(&self, registry: &str, realm: &str) -> TransportResult<RealmPin> {
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pinned = pins.entry(registry.to_owned()).or_insert_with(|| realm.to_owned());
        Ok(if pinned == realm { RealmPin::Agreed } else { RealmPin::Changed { pinned: pinned.clone() } })
    }
}
