//! `kill -9` in the middle of a run, and the same command again.

use std::process::Stdio;
use std::time::Duration;

use super::points::points;
use super::stage::{Stage, sandbox};
use crate::sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_no_finished_blob_is_sent_again_and_nothing_half_is_tagged() {
    let Some(stage) = Stage::set().await else { return };
    sandbox(&[stage.mirror("apps", "whole")]).run("sync --quiet").succeeded();
    stage.assert_nothing_is_sent_twice("whole");
    let total = stage.requests();
    for point in points(total, 3) {
        println!("killed after {point} of {total} requests");
        stage.clear();
        let below = format!("p{point}");
        let sandbox = sandbox(&[stage.mirror("apps", &below)]);
        kill_after(point, &sandbox, &stage).await;
        stage.assert_nothing_half_is_tagged(&below).await;
        sandbox.run("sync --quiet").succeeded();
        stage.assert_arrived(&below).await;
        stage.assert_nothing_is_sent_twice(&below);
    }
}

/// Runs all mirrors until so many requests have come in; panics if the run ends before.
async fn kill_after(point: u64, sandbox: &Sandbox, stage: &Stage) {
    let mut command = sandbox.command(["sync", "--quiet"]);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    while stage.requests() < point {
        assert_eq!(run.try_wait().unwrap(), None, "the run ended before it was killed");
        // What has passed is only counted, not told.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    run.kill().unwrap();
    run.wait().unwrap();
}
