//! The one that leads stands still: another leads in its place, and puts right what was written late.

use std::time::{Duration, Instant};

use portolan_catalog::RunOutcome;

use super::stage::{NODES, Stage, until};

#[tokio::test(flavor = "multi_thread")]
async fn another_leads_when_the_leader_stands_still_and_looks_at_its_work_once_more() {
    let Some(stage) = Stage::set().await else { return };
    stage.slow_down(Duration::from_millis(40));
    let [north, _east, _west] = NODES.map(|name| stage.start(name, ""));
    until("nodes that know of each other", async || stage.know_each_other().await).await;
    stage.tell(&north).await;
    until("work for all", async || NODES.iter().all(|name| stage.put(name) > 0)).await;
    north.signal("STOP");
    let first = stage.run().await.unwrap();
    until("another run", async || stage.run().await.is_some_and(|run| run.id > first.id)).await;
    let late = stage.missing().await;
    until("all images", async || stage.arrived().await == stage.images()).await;
    // What the one that stood still had on its way, as if it came now.
    stage.overwrite(late).await;
    let woken = Instant::now();
    north.signal("CONT");
    until("a node that is heard of again", async || stage.nodes().await.get("north") == Some(&true)).await;
    until("the end of the run", async || stage.run().await.is_some_and(|run| run.ended.is_some())).await;
    assert_eq!(stage.sent_since("north", woken), Vec::<String>::new(), "the late one sends nothing more");
    stage.assert_arrived().await;
    let run = stage.run().await.unwrap();
    assert_eq!(run.ended.map(|ended| ended.outcome), Some(RunOutcome::Done));
    assert_eq!(run.totals.copied + run.totals.skipped, stage.images());
    assert_eq!((run.totals.images, run.totals.failed), (stage.images(), 0));
    let before = stage.catalog.runs().run(first.id).await.unwrap().unwrap();
    assert_eq!(before.ended.map(|ended| ended.outcome), Some(RunOutcome::Interrupted));
    println!("{} images: {:?}", stage.images(), run.totals);
}
