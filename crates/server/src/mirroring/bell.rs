//! Tells those who wait for the clock that something has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portolan_sync::settings::MirrorName;
use tokio::sync::watch;

/// A bell for each mirror, heard by who keeps it. Clones ring the same.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Mutex<HashMap<MirrorName, watch::Sender<()>>>>);

impl Bell {
    /// Has a mirror looked at now: it was paused, resumed, told of an image or given another schedule. Rung several
    /// times before that, it is looked at once.
    pub fn ring(&self, mirror: &MirrorName) {
        if let Some(bell) = self.bells().get(mirror) {
            bell.send_replace(());
        }
    }

    pub(super) fn listen(&self, mirror: &MirrorName) -> watch::Receiver<()> {
        self.bells().entry(mirror.clone()).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    fn bells(&self) -> MutexGuard<'_, HashMap<MirrorName, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until it rings, or changes.
pub(super) async fn heard<T>(rung: &mut watch::Receiver<T>) {
    if rung.changed().await.is_err() {
        // Nobody is left who could do that.
        std::future::pending::<()>().await;
    }
}
