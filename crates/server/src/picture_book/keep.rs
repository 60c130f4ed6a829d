//! The registries of a shelf by the clock.

use std::sync::Arc;

use async_trait::async_trait;
use portolan_catalog::CatalogError;
use portolan_oci::with_causes;
use portolan_sync::{Mirror, SyncError};
use tokio_util::sync::CancellationToken;

use super::{Rounds, Shelf};
use crate::mirroring::{LastRun, Occasion, Ran, RunMirrors, RunState, Seen};

/// Brings the images of the active registries of a shelf when they are due. None is done at the start, or when it is
/// resumed: each is done at its next time.
pub struct ShelfRunner {
    /// The registries.
    pub shelf: Arc<Shelf>,
    /// Brings the images.
    pub rounds: Rounds,
}

#[async_trait(?Send)]
impl RunMirrors for ShelfRunner {
    async fn look(&self, mirror: &Mirror) -> Result<Seen, CatalogError> {
        let (runs, name) = (&self.rounds.books.runs, mirror.name.as_str());
        let Some(entry) = self.shelf.of_mirror(mirror) else { return Ok(Seen::default()) };
        let (counted_from, schedule) = entry.timing();
        let last = runs.runs(name, 1).await?.first().map_or(counted_from, |run| run.started_at);
        let paused = runs.paused(name).await?.is_some() || schedule.is_none();
        let last = LastRun { began: last.max(counted_from), state: RunState::Over };
        Ok(Seen { last: Some(last), paused, rescheduled: schedule, ..Seen::default() })
    }

    async fn run(&self, mirror: &Mirror, _: Occasion, end: &CancellationToken) -> Result<Ran, SyncError> {
        let Some(entry) = self.shelf.of_mirror(mirror) else { return Ok(Ran::default()) };
        entry.count();
        match self.rounds.synchronize(&entry.registry, &entry.mirror, end).await {
            Ok(report) => Ok(Ran { outcome: report.outcome, totals: report.totals }),
            Err(error) => {
                let voice = &self.rounds.voice;
                let paused = self.rounds.books.runs.paused(mirror.name.as_str()).await;
                if end.is_cancelled() && paused.is_ok_and(|paused| paused.is_some()) {
                    voice.say("Canceling image synchronization due to syncer pause via API");
                } else if !end.is_cancelled() {
                    voice.complain(&format!("{}: {}", entry.registry.hostname, with_causes(&error)));
                }
                Err(error)
            }
        }
    }
}
