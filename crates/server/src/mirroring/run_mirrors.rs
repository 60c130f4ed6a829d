//! What whoever keeps mirrors wants of whoever runs them.
//!
//! Not here: when a mirror is run (`keep`), and how (`runner`).

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_catalog::{CatalogError, RunOutcome, RunTotals};
use portolan_sync::settings::Schedule;
use portolan_sync::{Mirror, SyncError};
use tokio_util::sync::CancellationToken;

/// A run of a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRun {
    /// When it began.
    pub began: Timestamp,
    /// How far it came.
    pub state: RunState,
}

/// How far a run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Nothing of it is left to go on with.
    Over,
    /// It did not come to its end. Who began it may still be at it.
    Open,
    /// It did not come to its end, and was another process's that is gone.
    Left,
}

/// What is known of a mirror, whoever did it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its last run.
    pub last: Option<LastRun>,
    /// Whether it is to be left alone.
    pub paused: bool,
    /// When it is run in place of what its policy says.
    pub rescheduled: Option<Schedule>,
    /// That somebody wants it to be run now.
    pub asked: Option<Wish>,
    /// Whether there are images that it was told to see to.
    pub told: bool,
    /// When the last run ended in which images failed that may succeed a little later; `None` if none did, or if they
    /// are not to be tried again before the mirror's time.
    pub failed: Option<Timestamp>,
}

/// What somebody wants of a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// That all of its images are seen to.
    Run,
    /// That those are which failed in its last run.
    Retry,
}

/// Why a mirror is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Its time has come: all of its images are seen to.
    Time,
    /// Its run was begun by a process that is gone: all of its images are seen to.
    Left,
    /// Somebody wants it: all of its images are seen to.
    Asked,
    /// Somebody wants what failed to be done: that is seen to, whatever the cause.
    Retried,
    /// It was told of images: those are seen to.
    Told,
    /// Images failed that may succeed now: those are seen to.
    Failed,
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub outcome: RunOutcome,
    /// In numbers.
    pub totals: RunTotals,
}

/// Runs mirrors, and remembers that it did.
#[async_trait(?Send)]
pub trait RunMirrors {
    /// What is known of it.
    ///
    /// # Errors
    /// If the catalogue fails.
    async fn look(&self, mirror: &Mirror) -> Result<Seen, CatalogError>;

    /// Whether a run of it that is under way is to end: the mirror was paused, or the run cancelled.
    ///
    /// # Errors
    /// If the catalogue fails.
    async fn is_unwanted(&self, mirror: &Mirror) -> Result<bool, CatalogError> {
        Ok(self.look(mirror).await?.paused)
    }

    /// Runs a mirror once on this occasion. When `end` is cancelled, the run ends at once and can be gone on with.
    ///
    /// # Errors
    /// As [`Engine::sync`](portolan_sync::Engine::sync).
    async fn run(
        &self,
        mirror: &Mirror,
        occasion: Occasion,
        end: &CancellationToken,
    ) -> Result<Ran, SyncError>;

    /// Whether a run that broke off like this may be tried again before the mirror's time.
    fn may_pass(&self, _: &SyncError) -> bool {
        false
    }
}
