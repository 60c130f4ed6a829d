//! What is not the mirror's to take away, or no longer.

use portolan_sync::SyncShare;
use portolan_sync::prune::Fate;
use serde_json::json;

use super::stage::{Stage, condemned, deleted, image, only};

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_reappears_is_spared() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.prune("7d").await;
    stage.lose("v2").await;
    assert_eq!(condemned(&stage.prune("7d").await), ["v2"]);
    stage.push("v2", &image("v2")).await;
    assert!(stage.prune("0s").await.tags.is_empty());
    assert_eq!(stage.tags().await, ["v1", "v2"]);
    stage.lose("v2").await;
    // Its grace begins anew.
    assert_eq!(condemned(&stage.prune("7d").await), ["v2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_somebody_moved_is_left_alone() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3"]).await else { return };
    stage.prune("7d").await;
    stage.lose("v2").await;
    stage.prune("7d").await;
    // One is moved while it is condemned, one before.
    let own = image("somebody's own");
    let client = stage.to.client();
    client.push_tree("m", &own, &["v2".to_owned(), "v3".to_owned()]).await.unwrap();
    stage.lose("v3").await;
    let report = stage.prune("0s").await;
    let now = own.digest.parse().unwrap();
    assert_eq!(report.tags.len(), 2);
    assert!(report.tags.iter().all(|pruned| pruned.fate == Fate::LeaveAlone { now }), "{report:#?}");
    assert!(stage.prune("0s").await.tags.is_empty());
    assert_eq!(stage.tags().await, ["v1", "v2", "v3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_mirror_did_not_bring_or_another_brought_too_is_left_alone() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3"]).await else { return };
    stage.to.client().push_tree("m", &image("own"), &["own".to_owned()]).await.unwrap();
    stage.prune("0s").await;
    // Another mirror, which does not prune, finds a tag there.
    let also = json!({"name": "also", "tags": {"include": ["^v2$"]}, "prune": {"mode": "off"}});
    stage.sync(&stage.mirror("0s", &also)).await;
    stage.lose("v2").await;
    stage.lose("v3").await;
    assert_eq!(deleted(&stage.prune("0s").await), ["v3"]);
    assert_eq!(stage.tags().await, ["own", "v1", "v2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_brought_before_the_mirror_pruned_goes_too() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.sync(&stage.mirror("0s", &json!({"prune": {"mode": "off"}}))).await;
    stage.lose("v2").await;
    stage.sync(&stage.mirror("0s", &json!({"prune": {"mode": "off"}}))).await;
    assert_eq!(stage.tags().await, ["v1", "v2"]);
    assert_eq!(deleted(&stage.prune("0s").await), ["v2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_young_is_neither_wanted_nor_condemned() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.prune("0s").await;
    // It moves, and may be taken when it is older.
    stage.push("v2", &image("v2 anew")).await;
    let aged = stage.mirror("0s", &json!({"tags": {"min_age": "1h", "include": ["^v2$"]}}));
    let report = stage.desk.sync(&aged, SyncShare::All).await.unwrap().prune;
    // Nothing at all is wanted now.
    assert_eq!((report.tags.len(), report.unwanted.len()), (0, 1), "{report:?}");
    assert_eq!(stage.tags().await, ["v1", "v2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_the_run_then_does() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3"]).await else { return };
    stage.prune("0s").await;
    stage.lose("v2").await;
    let mirror = stage.mirror("0s", &json!({}));
    let (engine, books) = (stage.desk.engine(stage.desk.options()), stage.desk.books());
    let gathered = engine.gather(&mirror, stage.desk.places()).await.unwrap();
    let scope = portolan_sync::PruneScope::new(&mirror, &gathered).unwrap();
    let plan = engine.plan(gathered.requests, portolan_sync::TargetChecks::Rolling).await.unwrap();
    let planned = engine.plan_prune(&scope, &plan, stage.desk.places(), &books).await;
    assert_eq!(deleted(&planned), ["v2"]);
    assert_eq!(books.condemned.places().await.unwrap(), [], "a plan writes nothing");
    assert_eq!(stage.tags().await, ["v1", "v2", "v3"]);
    let report = stage.prune("0s").await;
    assert_eq!(only(&report).fate, only(&planned).fate);
}
