//! One of three is killed and one stands still, while the third leads.

use std::time::{Duration, Instant};

use portolan_catalog::RunOutcome;
use portolan_testkit::client::http as http_client;

use super::stage::{LEASE, NODES, Stage, until};
use crate::daemon::Daemon;

#[tokio::test(flavor = "multi_thread")]
async fn all_images_arrive_though_one_node_is_killed_and_one_stands_still() {
    let Some(stage) = Stage::set().await else { return };
    stage.slow_down(Duration::from_millis(30));
    let [north, east, west] = NODES.map(|name| stage.start(name, ""));
    until("nodes that know of each other", async || stage.know_each_other().await).await;
    let began = Instant::now();
    stage.tell(&north).await;

    // In the middle of it, and not between two portions of it.
    until("a part of the images", async || stage.arrived().await >= stage.images() * 3 / 10).await;
    until("work for all", async || NODES.iter().all(|name| stage.put(name) > 0)).await;
    east.signal("KILL");
    west.signal("STOP");
    let stopped = Instant::now();
    let before = NODES.map(|name| stage.put(name));
    until("a node that is missed", async || stage.nodes().await.get("west") == Some(&false)).await;
    until("all images", async || stage.arrived().await == stage.images()).await;
    // It may wake up while the others look once more at what it had.
    let woken = Instant::now();
    west.signal("CONT");
    until("a node that is heard of again", async || stage.nodes().await.get("west") == Some(&true)).await;
    until("the end of the run", async || stage.run().await.is_some_and(|run| run.ended.is_some())).await;
    let ended = began.elapsed();

    let late = stage.sent_since("west", woken);
    assert_eq!(late, Vec::<String>::new(), "the one that stood still sends nothing more");
    let under_way = stage.sent_since("west", stopped);
    stage.assert_arrived().await;
    let run = stage.run().await.unwrap();
    let totals = run.totals;
    assert_eq!(run.ended.map(|ended| ended.outcome), Some(RunOutcome::Done));
    assert_eq!((totals.images, totals.failed), (stage.images(), 0));
    assert_eq!(totals.copied + totals.skipped, totals.images);
    assert_eq!(totals.copied, stage.images(), "what was taken over counts once");
    assert_eq!(stage.catalog.runs().runs("team", 10).await.unwrap().len(), 1, "one run did it all");
    let after = NODES.map(|name| stage.put(name));
    println!(
        "{} images, a lease of {LEASE} s: {ended:?}; put by {NODES:?} before the faults {before:?}, in the end {after:?}; \
         {} requests of the one that stood still came in after the signal and before it woke up; {totals:?}",
        stage.images(),
        under_way.len(),
    );
    assert_told(&stage, &north).await;
    west.signal("TERM");
    assert_eq!(west.ended().0, Some(0));
    until("one that is gone", async || !stage.nodes().await.contains_key("west")).await;
}

/// Whoever looks is told of the nodes, and of what they took from each other.
async fn assert_told(stage: &Stage, north: &Daemon) {
    let listed = stage.sandbox().run("--config north.yaml nodes list --output json").json();
    let name = |nth| listed.pointer(&format!("/nodes/{nth}/name")).and_then(|name| name.as_str());
    let names = [0, 1, 2].map(|nth| name(nth).unwrap());
    assert_eq!(names, ["east", "north", "west"]);
    let told = stage.sandbox().run(&format!("nodes list --daemon {}", north.host())).succeeded();
    assert!(told.lines().next().is_some_and(|east| east.contains("not heard of since")), "{told}");
    let page = http_client().get(north.url()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<h2>Nodes</h2>") && page.contains("not heard of since"), "{page}");
    let metrics = http_client().get(format!("{}/metrics", north.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let counted = |name: &str| {
        let value = metrics.lines().find_map(|line| line.strip_prefix(&format!("portolan_{name} ")));
        value.and_then(|value| value.parse::<u64>().ok())
    };
    assert_eq!((counted("nodes_living"), counted("run_tasks_open")), (Some(2), Some(0)), "{metrics}");
    assert!(counted("run_tasks_taken_over_total") > Some(0), "the killed one had work: {metrics}");
}
