//! Mirrors with a clock that jumps: no test waits.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_catalog::{CatalogError, RunOutcome, RunTotals};
use portolan_sync::select::Policy;
use portolan_sync::settings::{MirrorSettings, TagSets};
use portolan_sync::{CopyError, Mirror, SyncError};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    Bell, Clock, LastRun, Means, Occasion, Ran, RunMirrors, RunState, Seen, Wish, keep_mirrors, unchanging,
};
use crate::metrics::Metrics;

/// A clock that goes on only when somebody waits, and can be put forward or back while it does.
struct Hands {
    now: Mutex<Timestamp>,
    /// What it shows instead when it would show this time or a later one.
    jumps: Mutex<VecDeque<(Timestamp, Timestamp)>>,
}

#[async_trait(?Send)]
impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn wait(&self, until: Timestamp) {
        let mut now = self.now.lock().unwrap();
        *now = until;
        let mut jumps = self.jumps.lock().unwrap();
        if let Some((_, to)) = jumps.pop_front_if(|(from, _)| *from <= until) {
            *now = to;
        }
    }
}

/// From the one to the other.
type Times = (Timestamp, Timestamp);

/// How long a run takes.
const RUN: Duration = Duration::from_secs(60);

/// Remembers when it was asked to run.
struct Noting<'a> {
    clock: &'a Hands,
    last: Mutex<Option<LastRun>>,
    /// From when to when the mirror is paused: what runs when that begins goes on until it is ended.
    paused: Option<Times>,
    runs: Mutex<Vec<String>>,
    /// How many runs end it all.
    enough: usize,
    end: &'a CancellationToken,
}

#[async_trait(?Send)]
impl RunMirrors for Noting<'_> {
    async fn look(&self, _: &Mirror) -> Result<Seen, CatalogError> {
        let (last, now) = (*self.last.lock().unwrap(), self.clock.now());
        let paused = self.paused.is_some_and(|(from, to)| (from..to).contains(&now));
        Ok(Seen { last, paused, ..Seen::default() })
    }

    async fn run(&self, _: &Mirror, _: Occasion, run: &CancellationToken) -> Result<Ran, SyncError> {
        let began = self.clock.now();
        if self.paused.is_some_and(|(from, _)| began < from && from <= began + RUN) {
            *self.last.lock().unwrap() = Some(LastRun { began, state: RunState::Open });
            run.cancelled().await;
            self.runs.lock().unwrap().push(format!("{began} was ended"));
            return Err(CopyError::Cancelled.into());
        }
        *self.last.lock().unwrap() = Some(LastRun { began, state: RunState::Over });
        self.clock.wait(began + RUN).await;
        let mut runs = self.runs.lock().unwrap();
        runs.push(began.to_string());
        if runs.len() == self.enough {
            self.end.cancel();
        }
        Ok(Ran::default())
    }
}

fn mirror(timing: (&str, &str)) -> Mirror {
    let mut settings = json!({ "name": "m", "source": "oci:from", "targets": ["oci:to"] });
    settings[timing.0] = timing.1.into();
    let settings: MirrorSettings = serde_json::from_value(settings).unwrap();
    Mirror::new(&settings, &Policy::default(), &TagSets::default()).unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When so many runs begin, from this time on.
async fn runs(
    timing: (&str, &str),
    begin: (Option<LastRun>, &str),
    jumps: &[(&str, &str)],
    enough: usize,
) -> Vec<String> {
    runs_with_a_pause(timing, begin, (jumps, None), enough).await
}

async fn runs_with_a_pause(
    timing: (&str, &str),
    (last, now): (Option<LastRun>, &str),
    (jumps, paused): (&[(&str, &str)], Option<Times>),
    enough: usize,
) -> Vec<String> {
    let jumps = jumps.iter().map(|(from, to)| (time(from), time(to))).collect();
    let clock = Hands { now: Mutex::new(time(now)), jumps: Mutex::new(jumps) };
    let end = CancellationToken::new();
    let runner =
        Noting { clock: &clock, last: Mutex::new(last), paused, runs: Mutex::default(), enough, end: &end };
    let (metrics, bell) = (Metrics::default(), Bell::default());
    let means = Means { runner: &runner, clock: &clock, metrics: &metrics, bell: &bell };
    keep_mirrors(unchanging([mirror(timing)]), means, &end).await;
    runner.runs.into_inner().unwrap()
}

/// A run that came to its end.
fn last(began: &str) -> Option<LastRun> {
    Some(LastRun { began: began.parse().unwrap(), state: RunState::Over })
}

const NIGHTLY: (&str, &str) = ("schedule", "TZ=UTC 0 3 * * *");
const HOURLY: (&str, &str) = ("every", "1h");

#[tokio::test]
async fn by_the_clock_not_before_its_time() {
    let began = runs(NIGHTLY, (None, "2026-11-23T10:00:00Z"), &[], 2).await;
    assert_eq!(began, ["2026-11-24T03:00:00Z", "2026-11-25T03:00:00Z"]);
}

#[tokio::test]
async fn every_so_often_and_at_once_for_the_first_time() {
    let began = runs(HOURLY, (None, "2026-11-23T10:00:00Z"), &[], 3).await;
    assert_eq!(began, ["2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"]);
    let began = runs(HOURLY, (last("2026-11-23T09:50:00Z"), "2026-11-23T10:00:00Z"), &[], 1).await;
    assert_eq!(began, ["2026-11-23T10:50:00Z"]);
}

#[tokio::test]
async fn what_was_missed_while_nobody_looked_is_done_once() {
    let away = (last("2026-11-01T03:00:00Z"), "2026-11-23T10:00:00Z");
    let began = runs(NIGHTLY, away, &[], 2).await;
    assert_eq!(began, ["2026-11-23T10:00:00Z", "2026-11-24T03:00:00Z"]);
}

#[tokio::test]
async fn what_was_left_unfinished_is_gone_on_with() {
    let killed = (
        last("2026-11-23T03:00:00Z").map(|run| LastRun { state: RunState::Open, ..run }),
        "2026-11-23T03:10:00Z",
    );
    let began = runs(NIGHTLY, killed, &[], 2).await;
    assert_eq!(began, ["2026-11-23T03:10:00Z", "2026-11-24T03:00:00Z"]);
}

#[tokio::test]
async fn a_clock_that_is_put_forward_is_one_run() {
    let jump = [("2026-11-24T03:00:00Z", "2026-11-30T12:00:00Z")];
    let began = runs(NIGHTLY, (None, "2026-11-23T10:00:00Z"), &jump, 2).await;
    assert_eq!(began, ["2026-11-30T12:00:00Z", "2026-12-01T03:00:00Z"]);
}

#[tokio::test]
async fn a_clock_that_is_put_back_makes_nothing_wait_for_days() {
    let jump = [("2026-11-23T10:01:00Z", "2026-11-20T10:00:00Z")];
    let began = runs(HOURLY, (None, "2026-11-23T10:00:00Z"), &jump, 2).await;
    assert_eq!(began, ["2026-11-23T10:00:00Z", "2026-11-20T11:00:00Z"]);
    let began = runs(NIGHTLY, (last("2026-11-23T03:00:00Z"), "2026-11-20T10:00:00Z"), &[], 1).await;
    assert_eq!(began, ["2026-11-21T03:00:00Z"]);
}

#[tokio::test]
async fn what_is_paused_is_not_run_and_ends_if_it_was() {
    let (from, to) = (time("2026-11-23T11:00:30Z"), time("2026-11-23T14:30:00Z"));
    let begin = (last("2026-11-23T10:00:00Z"), "2026-11-23T10:30:00Z");
    let began = runs_with_a_pause(HOURLY, begin, (&[], Some((from, to))), 3).await;
    // What was due meanwhile is made up for once.
    let expected = ["2026-11-23T11:00:00Z was ended", "2026-11-23T14:30:00Z", "2026-11-23T15:30:00Z"];
    assert_eq!(began, expected);
}

/// Told of an image until it was run for it once; a run for what it was told is of no use before then.
struct Told<'a> {
    told: Mutex<bool>,
    runs: Mutex<Vec<Occasion>>,
    /// What the first run makes of it.
    failed: u64,
    clock: &'a Hands,
    end: &'a CancellationToken,
}

#[async_trait(?Send)]
impl RunMirrors for Told<'_> {
    async fn look(&self, _: &Mirror) -> Result<Seen, CatalogError> {
        Ok(Seen { told: *self.told.lock().unwrap(), ..Seen::default() })
    }

    async fn run(&self, _: &Mirror, occasion: Occasion, _: &CancellationToken) -> Result<Ran, SyncError> {
        let mut runs = self.runs.lock().unwrap();
        runs.push(occasion);
        let failed = if runs.len() == 1 { self.failed } else { 0 };
        *self.told.lock().unwrap() = failed > 0;
        if failed == 0 {
            self.end.cancel();
        }
        Ok(Ran { totals: RunTotals { failed, ..RunTotals::default() }, ..Ran::default() })
    }
}

#[tokio::test]
async fn a_mirror_without_a_time_runs_when_it_is_told_and_what_failed_is_tried_again_a_while_later() {
    let begin = time("2026-11-23T10:00:00Z");
    for (failed, minutes) in [(0, 0), (1, 1)] {
        let clock = Hands { now: Mutex::new(begin), jumps: Mutex::default() };
        let end = CancellationToken::new();
        let runner =
            Told { told: Mutex::new(true), runs: Mutex::default(), failed, clock: &clock, end: &end };
        let settings = json!({ "name": "m", "source": "oci:from", "targets": ["oci:to"] });
        let settings: MirrorSettings = serde_json::from_value(settings).unwrap();
        let mirror = Mirror::new(&settings, &Policy::default(), &TagSets::default()).unwrap();
        let (metrics, bell) = (Metrics::default(), Bell::default());
        let means = Means { runner: &runner, clock: &clock, metrics: &metrics, bell: &bell };
        keep_mirrors(unchanging([mirror]), means, &end).await;
        let runs = runner.runs.lock().unwrap().clone();
        assert_eq!(runs, vec![Occasion::Told; 1 + usize::try_from(failed).unwrap()]);
        assert_eq!(runner.clock.now(), begin + Duration::from_secs(60 * minutes));
    }
}

/// Asked to run by somebody who cannot ring, some time after it was looked at first.
struct AskedFromAfar<'a> {
    since: Timestamp,
    clock: &'a Hands,
    end: &'a CancellationToken,
}

#[async_trait(?Send)]
impl RunMirrors for AskedFromAfar<'_> {
    async fn look(&self, _: &Mirror) -> Result<Seen, CatalogError> {
        let asked = (self.clock.now() >= self.since).then_some(Wish::Run);
        Ok(Seen { asked, ..Seen::default() })
    }

    async fn run(&self, _: &Mirror, occasion: Occasion, _: &CancellationToken) -> Result<Ran, SyncError> {
        assert_eq!(occasion, Occasion::Asked);
        self.end.cancel();
        Ok(Ran::default())
    }
}

#[tokio::test]
async fn a_mirror_without_a_time_is_looked_at_once_a_minute() {
    let begin = time("2026-11-23T10:00:00Z");
    let clock = Hands { now: Mutex::new(begin), jumps: Mutex::default() };
    let end = CancellationToken::new();
    let runner = AskedFromAfar { since: begin + Duration::from_secs(90), clock: &clock, end: &end };
    let settings = json!({ "name": "m", "source": "oci:from", "targets": ["oci:to"] });
    let settings: MirrorSettings = serde_json::from_value(settings).unwrap();
    let mirror = Mirror::new(&settings, &Policy::default(), &TagSets::default()).unwrap();
    let (metrics, bell) = (Metrics::default(), Bell::default());
    let means = Means { runner: &runner, clock: &clock, metrics: &metrics, bell: &bell };
    let keeping = keep_mirrors(unchanging([mirror]), means, &end);
    tokio::time::timeout(Duration::from_secs(60), keeping).await.expect("it is never looked at again");
    assert_eq!(clock.now(), begin + Duration::from_secs(120));
}

#[tokio::test]
async fn each_time_is_put_off_by_a_part_of_the_jitter() {
    let begin = time("2026-11-23T10:00:00Z");
    let clock = Hands { now: Mutex::new(begin), jumps: Mutex::default() };
    let end = CancellationToken::new();
    let runs = Mutex::default();
    let runner = Noting { clock: &clock, last: Mutex::new(None), paused: None, runs, enough: 20, end: &end };
    let mut mirror = mirror(("schedule", "TZ=UTC 0 * * * *"));
    mirror.policy.jitter = "30m".parse().unwrap();
    let (metrics, bell) = (Metrics::default(), Bell::default());
    let means = Means { runner: &runner, clock: &clock, metrics: &metrics, bell: &bell };
    keep_mirrors(unchanging([mirror]), means, &end).await;
    let began: Vec<Timestamp> = runner.runs.lock().unwrap().iter().map(|began| time(began)).collect();
    let late = |began: &Timestamp| began.as_second().rem_euclid(3_600);
    assert!(began.iter().all(|began| late(began) <= 1_800), "{began:?}");
    assert!(began.iter().any(|other| late(other) != late(&began[0])), "all are as late: {began:?}");
    let hours: Vec<i64> = began.iter().map(|began| began.as_second().div_euclid(3_600)).collect();
    assert!(hours.windows(2).all(|pair| pair[1] == pair[0] + 1), "one an hour: {began:?}");
}

/// Fails in each run, or does not come to its images in the first ones.
struct Failing<'a> {
    clock: &'a Hands,
    last: Mutex<Option<LastRun>>,
    failed: Mutex<Option<Timestamp>>,
    runs: Mutex<Vec<String>>,
    /// How many runs break off.
    breaks: usize,
    /// How many runs end it all.
    enough: usize,
    end: &'a CancellationToken,
}

#[async_trait(?Send)]
impl RunMirrors for Failing<'_> {
    async fn look(&self, _: &Mirror) -> Result<Seen, CatalogError> {
        let (last, failed) = (*self.last.lock().unwrap(), *self.failed.lock().unwrap());
        Ok(Seen { last, failed, ..Seen::default() })
    }

    async fn run(&self, _: &Mirror, occasion: Occasion, _: &CancellationToken) -> Result<Ran, SyncError> {
        let began = self.clock.now();
        let count = {
            let mut runs = self.runs.lock().unwrap();
            runs.push(format!("{occasion:?} {}", began.strftime("%H:%M")));
            runs.len()
        };
        if count == self.enough {
            self.end.cancel();
        }
        if occasion == Occasion::Time {
            *self.last.lock().unwrap() = Some(LastRun { began, state: RunState::Over });
        }
        if count <= self.breaks {
            return Err(SyncError::Lost { mirror: "m".to_owned() });
        }
        self.clock.wait(began + RUN).await;
        *self.failed.lock().unwrap() = Some(self.clock.now());
        let totals = RunTotals { failed: 1, ..RunTotals::default() };
        Ok(Ran { outcome: RunOutcome::Partly, totals })
    }

    fn may_pass(&self, _: &SyncError) -> bool {
        true
    }
}

async fn failing(breaks: usize, enough: usize) -> Vec<String> {
    let clock = Hands { now: Mutex::new(time("2026-11-23T10:00:00Z")), jumps: Mutex::default() };
    let end = CancellationToken::new();
    let (last, failed, runs) = (Mutex::default(), Mutex::default(), Mutex::default());
    let runner = Failing { clock: &clock, last, failed, runs, breaks, enough, end: &end };
    let (metrics, bell) = (Metrics::default(), Bell::default());
    let means = Means { runner: &runner, clock: &clock, metrics: &metrics, bell: &bell };
    keep_mirrors(unchanging([mirror(("every", "3h"))]), means, &end).await;
    runner.runs.into_inner().unwrap()
}

#[tokio::test]
async fn what_failed_is_tried_again_after_a_minute_two_four_up_to_an_hour_until_it_is_time() {
    let began = failing(0, 10).await;
    let again =
        ["Failed 10:02", "Failed 10:05", "Failed 10:10", "Failed 10:19", "Failed 10:36", "Failed 11:09"];
    assert_eq!(began[0], "Time 10:00");
    assert_eq!(began[1..7], again);
    // An hour later, and then it is the mirror's time.
    assert_eq!(began[7..], ["Failed 12:10", "Time 13:00", "Failed 13:02"]);
}

#[tokio::test]
async fn what_did_not_come_to_its_images_is_tried_again_as_a_whole() {
    let began = failing(3, 6).await;
    assert_eq!(
        began,
        ["Time 10:00", "Time 10:01", "Time 10:03", "Time 10:07", "Failed 10:16", "Failed 10:33"]
    );
}
