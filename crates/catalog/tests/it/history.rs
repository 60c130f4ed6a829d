//! How long runs, and what was said about mirrors, are remembered.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{Arrival, KeptMirrors, RunId, RunOutcome, Runs};
use portolan_oci::Digest;

use crate::condemned::doomed;
use crate::runs::{LONG, begin, report};
use crate::scratch::on_each_database;
use crate::{Scratch, debian};

on_each_database!(
    old_runs_go_and_what_their_mirror_needs_stays,
    a_large_run_goes_in_pieces,
    what_was_said_about_mirrors_that_are_no_more_is_forgotten,
);

/// Everything is older than that.
fn soon() -> Timestamp {
    Timestamp::now().checked_add(Duration::from_hours(1)).unwrap()
}

/// A run of all images of the mirror that ends.
async fn whole(runs: &Runs, mirror: &str) -> RunId {
    let lease = begin(runs, mirror, LONG).await;
    runs.end_run(&lease, report(RunOutcome::Partly, 2)).await.unwrap();
    lease.run()
}

/// A run of some images of the mirror that ends.
async fn part(runs: &Runs, mirror: &str) -> RunId {
    let lease = begin(runs, mirror, LONG).await;
    runs.note_part(lease.run()).await.unwrap();
    runs.end_run(&lease, report(RunOutcome::Partly, 2)).await.unwrap();
    lease.run()
}

fn arrival(target: &str) -> Arrival {
    let now = Timestamp::now();
    Arrival {
        source: "r/a:1".to_owned(),
        target: target.to_owned(),
        digest: Digest::sha256(b"app"),
        moved_after: None,
        moved_before: now,
        visible_at: now,
    }
}

async fn numbers(runs: &Runs, mirror: &str) -> Vec<RunId> {
    runs.runs(mirror, 100).await.unwrap().into_iter().map(|run| run.id).collect()
}

async fn expire_all(runs: &Runs, ended_before: Timestamp) -> Vec<u64> {
    let mut pieces = Vec::new();
    loop {
        match runs.expire(ended_before).await.unwrap() {
            0 => return pieces,
            rows => pieces.push(rows),
        }
    }
}

async fn old_runs_go_and_what_their_mirror_needs_stays(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    let gone = whole(&runs, "base").await;
    let last_whole = whole(&runs, "base").await;
    let first_part = part(&runs, "base").await;
    let last_part = part(&runs, "base").await;
    let only = part(&runs, "apps").await;
    let under_way = begin(&runs, "base", LONG).await;
    // One that has not ended.
    let left = begin(&runs, "left", LONG).await;

    let long_ago = Timestamp::now().checked_sub(Duration::from_hours(1)).unwrap();
    assert_eq!(expire_all(&runs, long_ago).await, [0; 0]);
    // The run, and two images that failed in it; the part is noted as one beside.
    assert_eq!(expire_all(&runs, soon()).await, [3 + 4]);
    assert_eq!(numbers(&runs, "base").await, [under_way.run(), last_part, last_whole]);
    assert_eq!(numbers(&runs, "apps").await, [only]);
    assert_eq!(numbers(&runs, "left").await, [left.run()]);
    for run in [gone, first_part] {
        assert_eq!(runs.failures(run).await.unwrap(), []);
    }
    assert_eq!(runs.failures(last_part).await.unwrap().len(), 2);
    assert_eq!(runs.last_run("base").await.unwrap().map(|run| run.id), Some(last_part));
    assert_eq!(runs.last_whole_run("base").await.unwrap().map(|run| run.id), Some(under_way.run()));

    // A later run that failed leaves the last that succeeded, and one that succeeded takes the place of all before.
    assert_eq!(runs.last_success("base").await.unwrap(), None);
    runs.end_run(&under_way, report(RunOutcome::Done, 0)).await.unwrap();
    assert_eq!(expire_all(&runs, soon()).await, [3 + 4]);
    let failed = whole(&runs, "base").await;
    assert_eq!(expire_all(&runs, soon()).await, [0; 0]);
    assert_eq!(numbers(&runs, "base").await, [failed, under_way.run()]);
    assert_eq!(runs.last_success("base").await.unwrap().map(|run| run.id), Some(under_way.run()));
}

async fn a_large_run_goes_in_pieces(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let (runs, condemned) = (catalog.runs(), catalog.condemned());
    let large = begin(&runs, "base", LONG).await;
    let deleted: Vec<_> = (0..60).map(|number| doomed(None, number)).collect();
    condemned.note_deleted(&debian(), large.run(), deleted).await.unwrap();
    runs.end_run(&large, report(RunOutcome::Partly, 2_500)).await.unwrap();
    whole(&runs, "base").await;
    assert_eq!(condemned.deleting_run("base", None).await.unwrap(), Some(large.run()));
    let pieces = expire_all(&runs, soon()).await;
    assert!(pieces.iter().all(|rows| *rows <= 1_050), "{pieces:?}");
    assert_eq!(pieces.iter().sum::<u64>(), 60 + 2_500 + 1);
    assert_eq!(runs.run(large.run()).await.unwrap(), None);
    assert_eq!(condemned.deleting_run("base", None).await.unwrap(), None);
}

async fn what_was_said_about_mirrors_that_are_no_more_is_forgotten(scratch: &Scratch) {
    let runs = scratch.open().await.runs();
    for mirror in ["base", "Base", "old"] {
        let images = (0..1_200).map(|number| (mirror.to_owned(), format!("r/a:{number}"))).collect();
        runs.await_images(images, "harbor").await.unwrap();
        runs.pause(mirror, "anna").await.unwrap();
        runs.reschedule(mirror, "@daily", "anna").await.unwrap();
        runs.ask_run(mirror, "anna").await.unwrap();
        runs.note_arrivals(mirror, vec![arrival("r/a:1"), arrival("r/a:2")]).await.unwrap();
    }
    runs.pause("shelf", "another list").await.unwrap();
    let kept = |said_since| KeptMirrors {
        names: BTreeSet::from(["base".to_owned()]),
        said_since,
        except_by: "another list".to_owned(),
    };
    let long_ago = Timestamp::now().checked_sub(Duration::from_hours(1)).unwrap();
    assert_eq!(runs.forget_mirrors(&kept(long_ago)).await.unwrap(), 0);
    assert_eq!(runs.forget_mirrors(&kept(soon())).await.unwrap(), 2 * (1_200 + 3 + 2));
    for (mirror, there) in [("base", true), ("Base", false), ("old", false)] {
        assert_eq!(!runs.awaited(mirror, 1).await.unwrap().is_empty(), there, "{mirror}");
        assert_eq!(runs.paused(mirror).await.unwrap().is_some(), there, "{mirror}");
        assert_eq!(runs.rescheduled(mirror).await.unwrap().is_some(), there, "{mirror}");
        assert_eq!(runs.asked_run(mirror).await.unwrap().is_some(), there, "{mirror}");
        let arrivals = runs.arrivals(mirror, None, 10).await.unwrap();
        assert_eq!(arrivals.len(), if there { 2 } else { 0 }, "{mirror}");
    }
    assert!(runs.paused("shelf").await.unwrap().is_some());
}
