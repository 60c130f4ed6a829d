//! Two processes that run the same mirror at once.

use std::process::{Output, Stdio};

use super::stage::{Stage, sandbox};

#[tokio::test(flavor = "multi_thread")]
async fn of_two_runs_at_once_one_does_the_work_and_the_other_says_who_does() {
    let Some(stage) = Stage::set().await else { return };
    // Requests take their time, so that the two meet.
    stage.target.set_delay(std::time::Duration::from_millis(5));
    let sandbox = sandbox(&[stage.mirror("apps", "once"), stage.mirror("other", "meanwhile")]);
    let run = |mirror: &str| {
        let mut command = sandbox.command(["sync", mirror, "--output", "json", "--quiet"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running = [run("apps"), run("apps"), run("other")];
    let [one, two, other] = running.map(|run| run.wait_with_output().unwrap());

    let (worker, refused) = if one.status.success() { (one, two) } else { (two, one) };
    assert_eq!(copied(&worker), 60);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("apps is being run by portolan sync (process "), "{told}");
    assert_eq!(copied(&other), 60, "another mirror runs meanwhile");
    for below in ["once", "meanwhile"] {
        stage.assert_arrived(below).await;
        stage.assert_nothing_is_sent_twice(below);
    }
}

/// How many images were copied.
fn copied(output: &Output) -> u64 {
    let told = || String::from_utf8_lossy(&output.stderr).into_owned();
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told()));
    report.pointer("/totals/copied").unwrap().as_u64().unwrap()
}
