//! Tells those who wait for the clock that something has changed.

use tokio::sync::watch;

/// A bell that everybody hears who keeps a mirror. Clones ring the same.
#[derive(Debug, Clone)]
pub struct Bell(watch::Sender<()>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl Bell {
    /// Has all mirrors looked at now: one was paused, resumed or given another schedule.
    pub fn ring(&self) {
        self.0.send_replace(());
    }

    pub(super) fn listen(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}

/// Waits until it rings.
pub(super) async fn heard(rung: &mut watch::Receiver<()>) {
    if rung.changed().await.is_err() {
        // Nobody is left who could ring.
        std::future::pending::<()>().await;
    }
}
