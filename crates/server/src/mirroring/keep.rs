//! Each mirror when it is due.

use std::convert::Infallible;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use jiff::Timestamp;
use portolan_catalog::{CatalogError, RunOutcome, RunTotals};
use portolan_oci::with_causes;
use portolan_sync::select::{Due, Timing};
use portolan_sync::settings::Schedule;
use portolan_sync::{Mirror, SyncError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::bell::{Bell, heard};
use super::clock::Clock;
use crate::metrics::Metrics;

/// How many mirrors are run at once.
const AT_ONCE: usize = 4;

/// How long a mirror is left alone that could not be run, or that somebody else runs.
const AGAIN: Duration = Duration::from_secs(60);

/// A run of a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRun {
    /// When it began.
    pub began: Timestamp,
    /// Whether it came to its end.
    pub ended: bool,
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

    /// Runs a mirror once. When `end` is cancelled, the run ends at once and can be gone on with.
    ///
    /// # Errors
    /// As [`Engine::sync`](portolan_sync::Engine::sync).
    async fn run(&self, mirror: &Mirror, end: &CancellationToken) -> Result<Ran, SyncError>;
}

/// What mirrors are kept with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// Runs them.
    pub runner: &'a dyn RunMirrors,
    /// Says when.
    pub clock: &'a dyn Clock,
    /// Counts the runs.
    pub metrics: &'a Metrics,
    /// Rings when something is to be looked at at once.
    pub bell: &'a Bell,
}

/// Runs mirrors when they are due, until it is told to end. No mirror is run twice at once; what a daemon left
/// unfinished is gone on with when it begins.
pub async fn keep_mirrors(mirrors: &[Mirror], means: Means<'_>, end: &CancellationToken) {
    let (places, watched) = (Semaphore::new(AT_ONCE), means.clock.now());
    let kept = mirrors.iter().filter_map(|mirror| {
        let timing = mirror.policy.timing.as_ref()?;
        Some(Kept { mirror, timing, watched, means, places: &places }.keep(end))
    });
    join_all(kept).await;
}

/// A mirror that is run by the clock.
struct Kept<'a> {
    mirror: &'a Mirror,
    timing: &'a Timing,
    watched: Timestamp,
    means: Means<'a>,
    places: &'a Semaphore,
}

/// Since when the next time is counted.
#[derive(Debug, Clone, Copy, Default)]
struct Since {
    /// As the catalogue has it.
    last: Option<LastRun>,
    /// The same, but not later than it ever was since: where the clock is put back, nothing waits until it is again
    /// as late as it was.
    began: Option<Timestamp>,
}

impl Since {
    fn note(&mut self, last: Option<LastRun>, now: Timestamp) {
        if last != self.last {
            *self = Self { last, began: last.map(|last| last.began) };
        }
        self.began = self.began.map(|began| began.min(now));
    }
}

impl Kept<'_> {
    async fn keep(self, end: &CancellationToken) {
        let Means { runner, clock, bell, .. } = self.means;
        let (mut since, mut rung) = (Since::default(), bell.listen());
        while !end.is_cancelled() {
            let now = clock.now();
            // What rings from here on has not been looked at.
            rung.mark_unchanged();
            let next = match runner.look(self.mirror).await {
                Ok(Seen { paused: true, .. }) => Due::At(later(now)),
                Ok(Seen { last, rescheduled, .. }) => {
                    since.note(last, now);
                    let other = rescheduled.map(Timing::Schedule);
                    self.due(other.as_ref().unwrap_or(self.timing), since, now)
                }
                Err(error) => {
                    tracing::warn!(mirror = %self.mirror.name, cause = with_causes(&error), "cannot see when it was run");
                    Due::At(later(now))
                }
            };
            let until = match next {
                Due::Never => return,
                Due::At(until) => until,
                Due::Now => match self.run(end).await {
                    Begun::Yes => continue,
                    Begun::No => later(clock.now()),
                },
            };
            tokio::select! {
                () = end.cancelled() => return,
                () = heard(&mut rung) => {}
                () = clock.wait(until) => {}
            }
        }
    }

    fn due(&self, timing: &Timing, since: Since, now: Timestamp) -> Due {
        match since.last {
            // A daemon before this one had begun it.
            Some(last) if !last.ended && last.began < self.watched => Due::Now,
            _ => timing.due(since.began, self.watched.min(now), now),
        }
    }

    async fn run(&self, end: &CancellationToken) -> Begun {
        let place = tokio::select! {
            () = end.cancelled() => return Begun::No,
            place = self.places.acquire() => place,
        };
        let (mirror, this) = (self.mirror.name.as_str(), end.child_token());
        let ran = tokio::select! {
            biased;
            ran = self.means.runner.run(self.mirror, &this) => ran,
            never = self.end_if_paused(&this) => match never {},
        };
        drop(place);
        let (outcome, begun) = match &ran {
            Ok(Ran { outcome, totals }) => {
                tracing::info!(
                    mirror,
                    outcome = outcome.name(),
                    copied = totals.copied,
                    skipped = totals.skipped,
                    failed = totals.failed,
                    bytes = totals.bytes,
                    "ran a mirror"
                );
                (*outcome, Begun::Yes)
            }
            Err(_) if this.is_cancelled() => {
                tracing::info!(mirror, "a run was interrupted");
                (RunOutcome::Interrupted, Begun::No)
            }
            Err(error @ SyncError::Held { .. }) => {
                tracing::info!(mirror, "{error}");
                return Begun::No;
            }
            Err(error) => {
                tracing::error!(mirror, cause = with_causes(error), "a mirror could not be run");
                (RunOutcome::Failed, Begun::No)
            }
        };
        self.means.metrics.mirror_ran(mirror, outcome.name());
        begun
    }
}

impl Kept<'_> {
    /// Ends a run when the mirror is paused while it is under way.
    async fn end_if_paused(&self, run: &CancellationToken) -> Infallible {
        let Means { runner, clock, bell, .. } = self.means;
        let mut rung = bell.listen();
        loop {
            tokio::select! {
                () = heard(&mut rung) => {}
                () = clock.wait(later(clock.now())) => {}
            }
            match runner.look(self.mirror).await {
                Ok(Seen { paused: true, .. }) => {
                    run.cancel();
                    return std::future::pending().await;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(
                    mirror = %self.mirror.name,
                    cause = with_causes(&error),
                    "cannot see whether it is paused"
                ),
            }
        }
    }
}

/// Whether a run began that the catalogue knows of.
enum Begun {
    Yes,
    No,
}

fn later(now: Timestamp) -> Timestamp {
    now.checked_add(AGAIN).unwrap_or(now)
}
