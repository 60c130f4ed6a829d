//! What a host allows is what all nodes together may do.

use std::time::{Duration, Instant};

use super::stage::{NODES, Stage, until};

/// At once, and each second.
const AT_ONCE: usize = 9;
const A_SECOND: u128 = 150;

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_of_a_host_are_those_of_all_nodes_together() {
    let Some(stage) = Stage::set().await else { return };
    stage.slow_down(Duration::from_millis(30));
    let limits = format!(", limits: {{concurrency: {AT_ONCE}, requests_per_second: {A_SECOND}}}");
    let began = Instant::now();
    let [north, east, west] = NODES;
    let (north, _east) = (stage.start(north, &limits), stage.start(east, &limits));
    let west = stage.start_worker(west, &limits);
    until("nodes that know of each other", async || stage.know_each_other().await).await;
    stage.tell(&north).await;
    until("the end of the run", async || stage.run().await.is_some_and(|run| run.ended.is_some())).await;
    // What may be sent at once is as much as may be sent in a second.
    let most = A_SECOND * began.elapsed().as_millis() / 1_000 + A_SECOND;
    stage.assert_arrived().await;
    assert!(NODES.iter().all(|name| stage.put(name) > 0), "all of them work");
    let (at_once, sent) = (stage.proxy().most_at_once(), stage.proxy().requests());
    assert!(at_once <= AT_ONCE, "{at_once} at once");
    assert!(sent as u128 <= most, "{sent} of {most}");
    assert_eq!(west.ended(), Some(0));
    until("one that is gone", async || !stage.nodes().await.contains_key("west")).await;
    println!(
        "{} images: {at_once} requests at once at most, {sent} in {:?}",
        stage.images(),
        began.elapsed()
    );
}
