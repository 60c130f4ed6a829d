//! One mirror, when it is due.

use std::convert::Infallible;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use portolan_catalog::{RunOutcome, RunTotals};
use portolan_oci::with_causes;
use portolan_sync::select::{Due, Timing};
use portolan_sync::{Mirror, SyncError};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::bell::{Bell, heard};
use super::clock::Clock;
use super::run_mirrors::{LastRun, Occasion, Ran, RunMirrors, RunState, Seen, Wish};
use crate::metrics::Metrics;

/// How many mirrors are run at once since it is their time, and how many since they were told of images.
const AT_ONCE: usize = 4;

/// How long a mirror is left alone that could not be run, or that somebody else runs.
const AGAIN: Duration = Duration::from_secs(60);

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
            Occasion::Time | Occasion::Left | Occasion::Failed => &self.time,
            Occasion::Asked | Occasion::Retried | Occasion::Told => &self.told,
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

/// What a keeper has seen of its mirror.
#[derive(Default)]
struct Memory {
    since: Since,
    backoff: Backoff,
}

/// What is done next with a mirror.
enum Next {
    Run(Occasion),
    /// Until then, or until it rings.
    Wait(Timestamp),
}

impl Kept<'_> {
    /// Runs it when it is due, until `end`. A run goes on by the rules with which it began.
    pub(super) async fn keep(self, end: &CancellationToken) {
        let Means { clock, bell, .. } = self.means;
        let mut current = self.mirror.clone();
        let name = current.borrow().name.clone();
        let (mut memory, mut rung) = (Memory::default(), bell.listen(&name));
        while !end.is_cancelled() {
            // What rings or changes from here on has not been looked at.
            rung.mark_unchanged();
            let mirror = Arc::clone(&current.borrow_and_update());
            let until = match self.look(&mirror, &mut memory).await {
                Next::Run(occasion) => match self.run(&mirror, occasion, end).await {
                    Begun::Yes => continue,
                    Begun::No => later(clock.now()),
                    Begun::BrokenOff => {
                        memory.backoff.break_off(occasion, clock.now());
                        later(clock.now())
                    }
                },
                Next::Wait(until) => until,
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

    /// What is to be done.
    async fn look(&self, mirror: &Mirror, memory: &mut Memory) -> Next {
        let now = self.means.clock.now();
        let seen = match self.means.runner.look(mirror).await {
            Ok(Seen { paused: true, .. }) => return Next::Wait(later(now)),
            Ok(seen) => seen,
            Err(error) => {
                tracing::warn!(mirror = %mirror.name, cause = with_causes(&error), "cannot see when it was run");
                return Next::Wait(later(now));
            }
        };
        let Memory { since, backoff } = memory;
        since.note(seen.last, now);
        backoff.note(seen.failed, now);
        let is_left = matches!(seen.last, Some(LastRun { state: RunState::Left, .. }));
        let other = seen.rescheduled.map(Timing::Schedule);
        let timing = other.as_ref().or(mirror.policy.timing.as_ref());
        let next = timing.map_or(Due::Never, |timing| self.due(mirror, timing, (*since, now)));
        // What has no time is run when somebody says so, and not again by itself.
        let again = timing.and_then(|_| backoff.due());
        match (next, again) {
            _ if is_left => Next::Run(Occasion::Left),
            (Due::Now, _) => {
                backoff.begin_anew();
                Next::Run(Occasion::Time)
            }
            _ if seen.asked == Some(Wish::Run) => Next::Run(Occasion::Asked),
            _ if seen.asked == Some(Wish::Retry) => Next::Run(Occasion::Retried),
            _ if seen.told => Next::Run(Occasion::Told),
            (_, Some((at, occasion))) if at <= now => {
                backoff.try_again(now);
                Next::Run(occasion)
            }
            (Due::At(at), again) => Next::Wait(again.map_or(at, |(again, _)| again.min(at))),
            // What others write down about it rings no bell here.
            (Due::Never, again) => Next::Wait(again.map_or(later(now), |(again, _)| again)),
        }
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
        let metrics = self.means.metrics;
        let waits = metrics.run_waits();
        let place = tokio::select! {
            () = end.cancelled() => return Begun::No,
            place = self.places.of(occasion).acquire() => place,
        };
        drop(waits);
        let (under_way, began) = (metrics.run_begins(), Instant::now());
        let (name, this) = (mirror.name.as_str(), end.child_token());
        let ran = tokio::select! {
            biased;
            ran = self.means.runner.run(mirror, occasion, &this) => ran,
            never = self.end_if_unwanted(mirror, &this) => match never {},
        };
        drop((place, under_way));
        let (outcome, begun) = match &ran {
            Ok(Ran { outcome, totals }) => {
                tell(name, *outcome, totals);
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
                let may_pass = self.means.runner.may_pass(error);
                (RunOutcome::Failed, if may_pass { Begun::BrokenOff } else { Begun::No })
            }
        };
        let totals = ran.map(|ran| ran.totals).unwrap_or_default();
        metrics.mirror_ran(name, outcome, &totals);
        if occasion == Occasion::Left {
            metrics.run_taken_over(name);
        }
        if is_whole(occasion) && outcome == RunOutcome::Done {
            metrics.mirror_succeeded(name, self.means.clock.now(), began.elapsed());
        }
        begun
    }
}

/// Whether all images of the mirror are seen to on this occasion.
fn is_whole(occasion: Occasion) -> bool {
    match occasion {
        Occasion::Time | Occasion::Left | Occasion::Asked => true,
        Occasion::Retried | Occasion::Told | Occasion::Failed => false,
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

fn tell(mirror: &str, outcome: RunOutcome, totals: &RunTotals) {
    tracing::info!(
        mirror,
        outcome = outcome.name(),
        copied = totals.copied,
        skipped = totals.skipped,
        failed = totals.failed,
        bytes = totals.bytes,
        "ran a mirror"
    );
}

/// Whether a run began that the catalogue knows of, and after which the mirror is looked at at once.
enum Begun {
    Yes,
    No,
    /// It did, and broke off for a cause that may pass.
    BrokenOff,
}

fn later(now: Timestamp) -> Timestamp {
    now.checked_add(AGAIN).unwrap_or(now)
}
