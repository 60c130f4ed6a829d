//! One mirror, when it is due.

use std::convert::Infallible;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_catalog::{CatalogError, RunOutcome, RunTotals};
use portolan_oci::with_causes;
use portolan_sync::select::{Due, Timing};
use portolan_sync::settings::Schedule;
use portolan_sync::{Mirror, SyncError};
use tokio::sync::{Semaphore, watch};
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
    /// Whether somebody wants it to be run now.
    pub asked: bool,
    /// Whether there are images that it was told to see to.
    pub told: bool,
}

/// Why a mirror is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Its time has come: all of its images are seen to.
    Time,
    /// Somebody wants it: all of its images are seen to.
    Asked,
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

/// A mirror that is run by itself.
pub(super) struct Kept<'a> {
    /// As it is from now on.
    pub(super) mirror: watch::Receiver<Arc<Mirror>>,
    pub(super) watched: Timestamp,
    pub(super) means: Means<'a>,
    pub(super) places: &'a Room,
    /// The same in this process for the same time of a mirror, and another in each process.
    pub(super) dice: &'a RandomState,
}

/// Room for runs. What was asked or told does not wait for runs by the clock, which may take hours.
pub(super) struct Room {
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
            Occasion::Asked | Occasion::Told => &self.told,
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
    /// Runs it when it is due, until `end`. A run goes on by the rules with which it began.
    pub(super) async fn keep(self, end: &CancellationToken) {
        let Means { clock, bell, .. } = self.means;
        let mut current = self.mirror.clone();
        let name = current.borrow().name.clone();
        let (mut since, mut rung) = (Since::default(), bell.listen(&name));
        while !end.is_cancelled() {
            // What rings or changes from here on has not been looked at.
            rung.mark_unchanged();
            let mirror = Arc::clone(&current.borrow_and_update());
            let (occasion, next) = self.next(&mirror, &mut since).await;
            let until = match (occasion, next) {
                (Some(occasion), _) => match self.run(&mirror, occasion, end).await {
                    Begun::Yes => continue,
                    Begun::No => later(clock.now()),
                },
                (None, Due::At(until)) => until,
                // What others write down about it rings no bell here.
                (None, Due::Now | Due::Never) => later(clock.now()),
            };
            tokio::select! {
                () = end.cancelled() => return,
                () = heard(&mut rung) => {}
                () = heard(&mut current) => {}
                () = self.wait(until) => {}
            }
        }
    }

    /// Waits until then, but not for so long that what others write down about the mirror goes unnoticed.
    async fn wait(&self, until: Timestamp) {
        let clock = self.means.clock;
        let mut now = clock.now();
        let until = until.min(later(now));
        while now < until {
            clock.wait(until).await;
            let then = clock.now();
            if then < now {
                return;
            }
            now = then;
        }
    }

    /// Whether it is to be run now and why, and when it is looked at next.
    async fn next(&self, mirror: &Mirror, since: &mut Since) -> (Option<Occasion>, Due) {
        let now = self.means.clock.now();
        let (next, wanted) = match self.means.runner.look(mirror).await {
            Ok(Seen { paused: true, .. }) => (Due::At(later(now)), None),
            Ok(Seen { last: Some(LastRun { state: RunState::Left, .. }), .. }) => (Due::Now, None),
            Ok(Seen { last, rescheduled, asked, told, .. }) => {
                since.note(last, now);
                let other = rescheduled.map(Timing::Schedule);
                let timing = other.as_ref().or(mirror.policy.timing.as_ref());
                let occasion = asked.then_some(Occasion::Asked).or(told.then_some(Occasion::Told));
                (timing.map_or(Due::Never, |timing| self.due(mirror, timing, (*since, now))), occasion)
            }
            Err(error) => {
                tracing::warn!(mirror = %mirror.name, cause = with_causes(&error), "cannot see when it was run");
                (Due::At(later(now)), None)
            }
        };
        let occasion = if matches!(next, Due::Now) { Some(Occasion::Time) } else { wanted };
        (occasion, next)
    }

    fn due(&self, mirror: &Mirror, timing: &Timing, (since, now): (Since, Timestamp)) -> Due {
        match since.last {
            // A daemon before this one had begun it.
            Some(last) if last.state != RunState::Over && last.began < self.watched => Due::Now,
            _ => {
                let put_off = |time| self.jitter(mirror, time);
                timing.due_later(since.began, (self.watched.min(now), now), put_off)
            }
        }
    }

    /// By how much a time is put off.
    fn jitter(&self, mirror: &Mirror, time: Timestamp) -> Duration {
        let most = mirror.policy.jitter.duration().as_secs();
        let drawn = self.dice.hash_one((mirror.name.as_str(), time.as_second()));
        Duration::from_secs(drawn % most.saturating_add(1))
    }

    async fn run(&self, mirror: &Mirror, occasion: Occasion, end: &CancellationToken) -> Begun {
        let place = tokio::select! {
            () = end.cancelled() => return Begun::No,
            place = self.places.of(occasion).acquire() => place,
        };
        let this = end.child_token();
        let ran = tokio::select! {
            biased;
            ran = self.means.runner.run(mirror, occasion, &this) => ran,
            never = self.end_if_unwanted(mirror, &this) => match never {},
        };
        drop(place);
        let name = mirror.name.as_str();
        let (outcome, begun) = match &ran {
            Ok(Ran { outcome, totals }) => {
                tracing::info!(
                    mirror = name,
                    outcome = outcome.name(),
                    copied = totals.copied,
                    skipped = totals.skipped,
                    failed = totals.failed,
                    bytes = totals.bytes,
                    "ran a mirror"
                );
                // What was told and could not be brought is tried again a while later.
                let is_over = occasion != Occasion::Told || totals.failed == 0;
                (*outcome, if is_over { Begun::Yes } else { Begun::No })
            }
            Err(_) if this.is_cancelled() => {
                tracing::info!(mirror = name, "a run was interrupted");
                (RunOutcome::Interrupted, Begun::No)
            }
            Err(error @ SyncError::Held { .. }) => {
                tracing::info!(mirror = name, "{error}");
                return Begun::No;
            }
            Err(error) => {
                tracing::error!(mirror = name, cause = with_causes(error), "a mirror could not be run");
                (RunOutcome::Failed, Begun::No)
            }
        };
        self.means.metrics.mirror_ran(name, outcome.name());
        begun
    }
}

impl Kept<'_> {
    /// Ends a run when the mirror is paused while it is under way, or the run is cancelled.
    async fn end_if_unwanted(&self, mirror: &Mirror, run: &CancellationToken) -> Infallible {
        let Means { runner, clock, bell, .. } = self.means;
        let mut rung = bell.listen(&mirror.name);
        loop {
            tokio::select! {
                () = heard(&mut rung) => {}
                () = clock.wait(later(clock.now())) => {}
            }
            match runner.is_unwanted(mirror).await {
                Ok(true) => {
                    run.cancel();
                    return std::future::pending().await;
                }
                Ok(false) => {}
                Err(error) => tracing::warn!(
                    mirror = %mirror.name,
                    cause = with_causes(&error),
                    "cannot see whether it is to end"
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
