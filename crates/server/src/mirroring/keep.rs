//! Each mirror when it is due.

use std::convert::Infallible;
use std::hash::{BuildHasher as _, RandomState};
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

/// How many mirrors are run at once since it is their time, and how many since they were told of images.
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
    /// Whether there are images that it was told to see to.
    pub told: bool,
    /// Whether its last run was another process's that is gone, and did not end.
    pub left: bool,
}

/// Why a mirror is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Its time has come: all of its images are seen to.
    Time,
    /// It was told of images: those are seen to.
    Told,
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

    /// Whether others share the catalogue: what they are told, and what they leave, rings no bell here.
    fn has_company(&self) -> bool {
        false
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

/// Runs mirrors when they are due, and those that are told of images at once, until it is told to end. No mirror is run
/// twice at once; what a daemon left unfinished is gone on with when it begins.
pub async fn keep_mirrors(mirrors: &[Mirror], means: Means<'_>, end: &CancellationToken) {
    let (places, watched, dice) = (Room::default(), means.clock.now(), RandomState::new());
    let kept = mirrors.iter().map(|mirror| {
        let timing = mirror.policy.timing.as_ref();
        Kept { mirror, timing, watched, means, places: &places, dice: &dice }.keep(end)
    });
    join_all(kept).await;
}

/// A mirror that is run by itself.
struct Kept<'a> {
    mirror: &'a Mirror,
    timing: Option<&'a Timing>,
    watched: Timestamp,
    means: Means<'a>,
    places: &'a Room,
    /// The same in this process for the same time of a mirror, and another in each process.
    dice: &'a RandomState,
}

/// Room for runs. What was told does not wait for runs of all images, which may take hours.
struct Room {
    time: Semaphore,
    told: Semaphore,
}

impl Default for Room {
    fn default() -> Self {
        Self { time: Semaphore::new(AT_ONCE), told: Semaphore::new(AT_ONCE) }
    }
}

impl Room {
    fn of(&self, occasion: Occasion) -> &Semaphore {
        match occasion {
            Occasion::Time => &self.time,
            Occasion::Told => &self.told,
        }
    }
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
        let (mut since, mut rung) = (Since::default(), bell.listen(&self.mirror.name));
        while !end.is_cancelled() {
            let now = clock.now();
            // What rings from here on has not been looked at.
            rung.mark_unchanged();
            let (next, told) = match runner.look(self.mirror).await {
                Ok(Seen { paused: true, .. }) => (Due::At(later(now)), false),
                Ok(Seen { told, left: true, .. }) => (Due::Now, told),
                Ok(Seen { last, rescheduled, told, .. }) => {
                    since.note(last, now);
                    let other = rescheduled.map(Timing::Schedule);
                    let timing = other.as_ref().or(self.timing);
                    (timing.map_or(Due::Never, |timing| self.due(timing, since, now)), told)
                }
                Err(error) => {
                    tracing::warn!(mirror = %self.mirror.name, cause = with_causes(&error), "cannot see when it was run");
                    (Due::At(later(now)), false)
                }
            };
            let occasion = match next {
                Due::Now => Some(Occasion::Time),
                Due::At(_) | Due::Never => told.then_some(Occasion::Told),
            };
            let until = match (occasion, next) {
                (Some(occasion), _) => match self.run(occasion, end).await {
                    Begun::Yes => continue,
                    Begun::No => Some(later(clock.now())),
                },
                (None, Due::At(until)) => Some(until),
                (None, Due::Now | Due::Never) => runner.has_company().then(|| later(now)),
            };
            let waiting = async {
                match until {
                    Some(until) => clock.wait(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = end.cancelled() => return,
                () = heard(&mut rung) => {}
                () = waiting => {}
            }
        }
    }

    fn due(&self, timing: &Timing, since: Since, now: Timestamp) -> Due {
        match since.last {
            // A daemon before this one had begun it.
            Some(last) if !last.ended && last.began < self.watched => Due::Now,
            _ => timing.due_later(since.began, (self.watched.min(now), now), |time| self.jitter(time)),
        }
    }

    /// By how much a time is put off.
    fn jitter(&self, time: Timestamp) -> Duration {
        let most = self.mirror.policy.jitter.duration().as_secs();
        let drawn = self.dice.hash_one((self.mirror.name.as_str(), time.as_second()));
        Duration::from_secs(drawn % most.saturating_add(1))
    }

    async fn run(&self, occasion: Occasion, end: &CancellationToken) -> Begun {
        let place = tokio::select! {
            () = end.cancelled() => return Begun::No,
            place = self.places.of(occasion).acquire() => place,
        };
        let (mirror, this) = (self.mirror.name.as_str(), end.child_token());
        let ran = tokio::select! {
            biased;
            ran = self.means.runner.run(self.mirror, occasion, &this) => ran,
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
                // What was told and could not be brought is tried again a while later.
                let is_over = occasion == Occasion::Time || totals.failed == 0;
                (*outcome, if is_over { Begun::Yes } else { Begun::No })
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
        let mut rung = bell.listen(&self.mirror.name);
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

/// Whether a run began that the catalogue knows of, and after which the mirror is looked at at once.
enum Begun {
    Yes,
    No,
}

fn later(now: Timestamp) -> Timestamp {
    now.checked_add(AGAIN).unwrap_or(now)
}
