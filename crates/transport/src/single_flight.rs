//! One fetch for all who need the same thing at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// Joins callers that want the same key: one leads and does the work, the others wait for its outcome.
///
/// Outcomes are not kept: who comes after the end leads again. If the leader gives up (its [`Lead`] is dropped
/// without an outcome) one of the waiting takes its place.
#[derive(Debug)]
pub struct SingleFlight<K, V> {
    flights: Arc<Mutex<HashMap<K, watch::Receiver<Option<V>>>>>,
}

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self { flights: Arc::default() }
    }
}

/// What joining came to.
#[derive(Debug)]
pub enum Flight<K: Eq + Hash, V> {
    /// Do the work, then [`land`](Lead::land).
    Lead(Lead<K, V>),
    /// Somebody else did it.
    Landed(V),
}

/// The duty to do the work that others wait for.
#[derive(Debug)]
pub struct Lead<K: Eq + Hash, V> {
    key: Option<K>,
    sender: watch::Sender<Option<V>>,
    flights: Arc<Mutex<HashMap<K, watch::Receiver<Option<V>>>>>,
}

impl<K, V> SingleFlight<K, V>
where
    K: Eq + Hash + Clone,
    V: Clone,
{
    /// Leads, or waits for the one who does.
    pub async fn join(&self, key: &K) -> Flight<K, V> {
        loop {
            let mut waiting = match self.lead_or_wait(key) {
                Ok(lead) => return Flight::Lead(lead),
                Err(waiting) => waiting,
            };
            if let Ok(landed) = waiting.wait_for(Option::is_some).await
                && let Some(value) = landed.clone()
            {
                return Flight::Landed(value);
            }
        }
    }

    fn lead_or_wait(&self, key: &K) -> Result<Lead<K, V>, watch::Receiver<Option<V>>> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = flights.get(key) {
            return Err(waiting.clone());
        }
        let (sender, receiver) = watch::channel(None);
        flights.insert(key.clone(), receiver);
        Ok(Lead { key: Some(key.clone()), sender, flights: Arc::clone(&self.flights) })
    }
}

impl<K: Eq + Hash, V> Lead<K, V> {
    /// Ends the flight with `value` for all who wait.
    pub fn land(mut self, value: V) {
        self.leave();
        self.sender.send_replace(Some(value));
    }

    fn leave(&mut self) {
        if let Some(key) = self.key.take() {
            self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        }
    }
}

impl<K: Eq + Hash, V> Drop for Lead<K, V> {
    fn drop(&mut self) {
        self.leave();
    }
}
