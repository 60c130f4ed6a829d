//! `kill -9` in the middle of a prune, and the same command again.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use portolan_testkit::proxy::{Action, Asked, Rule};

use super::points::points;
use super::stage::{Stage, sandbox};
use super::work::{REPOSITORIES, repository};
use crate::mirrors::configure;
use crate::sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_between_deletions_the_rest_goes_and_all_can_be_put_back() {
    let Some(stage) = Stage::set().await else { return };
    let whole = brought(&stage, "whole");
    whole.run("sync --quiet").succeeded();
    let total = requests_from_the_first_deletion(&stage);
    let wanted = tags(&stage, "whole").await;
    assert_eq!(wanted.iter().filter(|tag| tag.contains(":v")).count() as u64, 2 * REPOSITORIES);
    for point in points(total, 2) {
        println!("killed {point} requests after the first deletion of {total}");
        let below = format!("p{point}");
        let sandbox = brought(&stage, &below);
        kill_after(point, &sandbox, &stage).await;
        let left = tags(&stage, &below).await;
        assert!(left.is_superset(&wanted), "only what nobody wants has gone: {left:?}");
        stage.assert_nothing_half_is_tagged(&below).await;

        sandbox.run("sync --quiet").succeeded();
        let left = tags(&stage, &below).await;
        assert!(left.is_superset(&wanted), "only what nobody wants has gone: {left:?}");
        // What belonged to an image stays behind if the run was killed right after it was deleted.
        let behind = |tag: &&String| !wanted.contains(*tag) && !tag.contains(":sha256-");
        assert_eq!(left.iter().filter(behind).collect::<Vec<_>>(), Vec::<&String>::new());

        put_all_back(&sandbox);
        stage.assert_arrived(&below).await;
    }
}

/// A sandbox that has mirrored all images to repositories below `below`, and wants two of ten there from now on.
fn brought(stage: &Stage, below: &str) -> Sandbox {
    let mirror = stage.mirror("apps", below);
    let sandbox = sandbox(std::slice::from_ref(&mirror));
    sandbox.run("sync --quiet").succeeded();
    let rest = "tags: {exclude: ['^v[1-8]$']}, prune: {mode: follow-source, grace: 0s, max: 90%}";
    configure(&sandbox, &[&format!("{}, {rest}}}", mirror.trim_end_matches('}'))]);
    stage.clear();
    sandbox
}

/// Runs the mirror until so many requests have come to the target from the first deletion on; panics if the run
/// ends before.
async fn kill_after(point: u64, sandbox: &Sandbox, stage: &Stage) {
    let begun = AtomicBool::new(false);
    let from_the_first_deletion = move |asked: &Asked| {
        let deletes = asked.method == "DELETE";
        begun.fetch_or(deletes, Ordering::Relaxed) || deletes
    };
    // So that it is still under way, however late it is killed.
    stage.target.fault(Rule::new(from_the_first_deletion, Action::Hang).after(point + 3).always());
    let mut command = sandbox.command(["sync", "--quiet"]);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    while requests_from_the_first_deletion(stage) <= point {
        assert_eq!(run.try_wait().unwrap(), None, "the run ended before it was killed");
        // What has passed is only counted, not told.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    run.kill().unwrap();
    run.wait().unwrap();
    stage.target.heal();
}

fn requests_from_the_first_deletion(stage: &Stage) -> u64 {
    let records = stage.target.records();
    records.iter().skip_while(|record| record.method != "DELETE").count() as u64
}

/// Undoes one run after the other, until none has deleted anything that is not back.
fn put_all_back(sandbox: &Sandbox) {
    for _ in 0..3 {
        let undone = sandbox.run("undo apps");
        if undone.code == Some(6) {
            return;
        }
        undone.succeeded();
    }
    panic!("two runs have deleted something, and there are more to undo");
}

/// All tags below `below`, as `repository:tag`.
async fn tags(stage: &Stage, below: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for nth in 0..REPOSITORIES {
        let tags = stage.to.client().tags(&format!("{below}/{}", repository(nth))).await;
        all.extend(tags.into_iter().map(|tag| format!("{}:{tag}", repository(nth))));
    }
    all
}
