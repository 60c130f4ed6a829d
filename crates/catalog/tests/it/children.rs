//! Other processes: this test program started again with [`DATABASE`] set.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use portolan_catalog::{Catalog, RunOutcome, RunStart};

use crate::scratch::{located, on_each_database};
use crate::{Scratch, debian, digest};

on_each_database!(what_was_acknowledged_before_a_kill_is_there, two_processes_make_and_write_one_database);

/// Names the database to the child.
const DATABASE: &str = "PORTOLAN_TEST_DATABASE";
/// Before each number that a child has been told is written.
const WRITTEN: &str = "written:";
const WRITER: &str = "children::writes_until_it_is_killed_if_it_is_a_child";
const RUNNER: &str = "children::runs_a_mirror_until_it_is_killed_if_it_is_a_child";

/// Writes until it is killed, and says of each write when it is acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_until_it_is_killed_if_it_is_a_child() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    let catalog = Catalog::open(&located(&database)).await.unwrap();
    let process = std::process::id();
    let tasks = (0..8).map(|task| {
        let journal = catalog.journal();
        tokio::spawn(async move {
            for number in (task..).step_by(8) {
                let reference = format!("{process}-{number}");
                journal.blob_seen(&debian(), &digest(number));
                journal.finish_tree(&debian(), &reference, &digest(number)).await.unwrap();
                writeln!(std::io::stdout(), "{WRITTEN}{reference}").unwrap();
            }
        })
    });
    futures::future::join_all(tasks).await;
}

/// Begins to run a mirror, says so, and comes to no end.
#[tokio::test]
async fn runs_a_mirror_until_it_is_killed_if_it_is_a_child() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    let catalog = Catalog::open(&located(&database)).await.unwrap();
    let begun = catalog.runs().begin_run("base", "the child", Duration::from_hours(1)).await.unwrap();
    assert!(matches!(begun, RunStart::Begun(_)), "{begun:?}");
    writeln!(std::io::stdout(), "{WRITTEN}base").unwrap();
    std::future::pending::<()>().await;
}

fn start(child: &str, scratch: &Scratch) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([child, "--exact", "--nocapture", "--test-threads", "1"])
        .env(DATABASE, scratch.location_text())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Reads what the child says until it has said so much, kills it, and reads the rest.
fn kill_after(mut child: Child, writes: usize) -> Vec<String> {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut written = Vec::new();
    let mut keep = |line: String| {
        if let Some((_, reference)) = line.split_once(WRITTEN) {
            written.push(reference.to_owned());
        }
        written.len()
    };
    while keep(lines.next().expect("the child writes until it is killed")) < writes {}
    child.kill().unwrap();
    for line in lines {
        keep(line);
    }
    let ended = child.wait().unwrap();
    assert!(!ended.success());
    written
}

async fn assert_all_there(scratch: &Scratch, written: &[String]) {
    let catalog = scratch.open().await;
    let all = catalog.journal().confirmed_all(&debian()).await.unwrap();
    let there: std::collections::HashSet<&str> =
        all.iter().map(|(reference, _)| reference.as_str()).collect();
    for reference in written {
        assert!(there.contains(reference.as_str()), "{reference} was acknowledged and is lost");
    }
    catalog.journal().finish_tree(&debian(), "afterwards", &digest(0)).await.unwrap();
    catalog.close().await.unwrap();
}

async fn what_was_acknowledged_before_a_kill_is_there(scratch: &Scratch) {
    for writes in [1, 40, 300, 1_000] {
        let written = kill_after(start(WRITER, scratch), writes);
        assert!(written.len() >= writes);
        assert_all_there(scratch, &written).await;
    }
}

async fn two_processes_make_and_write_one_database(scratch: &Scratch) {
    let (one, two) = (start(WRITER, scratch), start(WRITER, scratch));
    let readers = [one, two].map(|child| std::thread::spawn(move || kill_after(child, 400)));
    for reader in readers {
        let written = reader.join().expect("neither process fails for the other's sake");
        assert_all_there(scratch, &written).await;
    }
}

#[tokio::test]
async fn a_killed_run_frees_its_mirror_at_once() {
    let scratch = Scratch::sqlite();
    let runs = scratch.open().await.runs();
    let mut child = start(RUNNER, &scratch);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains(WRITTEN)), "the child begins a run");
    let held = runs.begin_run("base", "me", Duration::from_hours(1)).await.unwrap();
    assert!(matches!(&held, RunStart::LeaseHeld { owner, .. } if owner == "the child"), "{held:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    let begun = runs.begin_run("base", "me", Duration::from_hours(1)).await.unwrap();
    assert!(matches!(begun, RunStart::Begun(_)), "{begun:?}");
    let killed = runs.last_run("base").await.unwrap().unwrap();
    assert_eq!(killed.ended.map(|ended| ended.outcome), Some(RunOutcome::Interrupted));
}
