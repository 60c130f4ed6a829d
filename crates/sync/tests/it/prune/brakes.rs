//! How much goes at once, and when nothing goes at all.

use std::collections::BTreeSet;

use http::Method;
use portolan_catalog::{CondemnReason, RunOutcome};
use portolan_sync::prune::{Fate, Kept};
use portolan_sync::{ImageOutcome, MirrorError, SyncError, SyncShare};
use portolan_testkit::proxy::{Action, Answer, Asked, Record, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{Exhibit, write_layout};
use serde_json::json;

use super::stage::{Stage, condemned, deleted, image, only, with};
use crate::desk::{Desk, mirror};

fn lists_tags(record: &Record) -> bool {
    record.path.ends_with("/tags/list")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_condemned_and_goes_when_its_grace_is_over() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3"]).await else { return };
    assert!(stage.prune("7d").await.tags.is_empty());
    stage.lose("v2").await;
    let report = stage.prune("7d").await;
    let pruned = only(&report);
    assert_eq!(pruned.target, stage.target.reference("m", "v2"));
    assert_eq!((pruned.digest.to_string(), pruned.reason), (image("v2").digest, CondemnReason::Vanished));
    let Fate::Condemn { due } = pruned.fate else { panic!("{pruned:?}") };
    assert_eq!(due.duration_since(pruned.since).as_hours(), 7 * 24);
    assert_eq!(stage.tags().await, ["v1", "v2", "v3"]);

    // While it waits, a run asks and writes as little as one with nothing to do.
    let report = stage.prune("7d").await;
    assert!(matches!(only(&report).fate, Fate::Wait { .. }), "{report:?}");
    assert_eq!(stage.target.records().len(), stage.target.count(lists_tags));
    assert_eq!(stage.target.records().len(), 1);

    let report = stage.prune("0s").await;
    assert_eq!(deleted(&report), ["v2"]);
    assert_eq!(stage.tags().await, ["v1", "v3"]);
    let last = stage.desk.runs().last_run("apps").await.unwrap().unwrap();
    assert_eq!((last.totals.deleted, last.ended.unwrap().outcome), (1, RunOutcome::Done));
    // And that is all.
    assert!(stage.prune("0s").await.tags.is_empty());
    assert_eq!(stage.target.records().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_five_tags_three_go_in_one_run() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3", "v4", "v5"]).await else { return };
    stage.prune("0s").await;
    for tag in ["v1", "v2", "v3", "v4"] {
        stage.lose(tag).await;
    }
    let report = stage.prune("0s").await;
    assert_eq!((deleted(&report), report.held_back()), (vec!["v1", "v2", "v3"], 1));
    assert_eq!(stage.tags().await, ["v4", "v5"]);
    assert_eq!(deleted(&stage.prune("0s").await), ["v4"]);
    assert_eq!(stage.tags().await, ["v5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_tags_a_hundred_go_in_one_run() {
    let Some(to) = Registry::start().await else { return };
    let desk = Desk::new().await;
    let images = (0..1_000).map(|nth| {
        let tag = format!("v{nth:03}");
        Exhibit { tags: vec![tag.clone()], ..Exhibit::new("one", image(&tag)) }
    });
    write_layout(&desk.path("from"), &images.collect::<Vec<_>>());
    let apps = |exclude: &[&str]| {
        mirror(json!({
            "name": "apps",
            "source": format!("oci:{}", desk.path("from").display()),
            "targets": [format!("{}/m", to.host())],
            "tags": {"exclude": exclude},
            "prune": {"mode": "follow-source", "grace": "0s"},
        }))
    };
    let first = desk.sync(&apps(&[]), SyncShare::All).await.unwrap();
    assert_eq!(first.images.len(), 1_000);
    let report = desk.sync(&apps(&["^v[1-4]"]), SyncShare::All).await.unwrap().prune;
    assert_eq!((report.deleted(), report.held_back()), (100, 300));
    assert!(report.tags.iter().all(|pruned| pruned.reason == CondemnReason::Deselected));
    let left: BTreeSet<String> = to.client().tags("m").await.into_iter().collect();
    assert_eq!(left.len(), 900);
    assert!((0..100).all(|nth| !left.contains(&format!("v1{nth:02}"))), "the first go first");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_takes_nothing_away() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.prune("0s").await;
    let empty = Answer::status(200).header("content-type", "application/json");
    let empty = Action::Answer(empty.body(r#"{"name": "r", "tags": []}"#));
    stage.source.fault(Rule::new(|asked| asked.path.ends_with("/tags/list"), empty).always());
    let report = stage.prune("0s").await;
    assert!(report.tags.is_empty());
    let [unwanted] = report.unwanted.as_slice() else { panic!("{report:?}") };
    let place = format!("{}/m", stage.target.host());
    let told = format!("nothing is wanted at {place} any more: the 2 tags that were brought there stay");
    assert_eq!(unwanted.to_string(), told);
    assert_eq!(stage.tags().await, ["v1", "v2"]);
    stage.source.heal();
    let report = stage.prune("0s").await;
    assert!(report.tags.is_empty() && report.unwanted.is_empty(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_list_condemns_and_a_whole_one_spares() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3", "v4"]).await else { return };
    stage.prune("7d").await;
    let partial = Answer::status(200).header("content-type", "application/json");
    let partial = Action::Answer(partial.body(r#"{"name": "r", "tags": ["v1", "v2"]}"#));
    stage.source.fault(Rule::new(|asked| asked.path.ends_with("/tags/list"), partial).always());
    assert_eq!(condemned(&stage.prune("7d").await), ["v3", "v4"]);
    stage.source.heal();
    let report = stage.prune("0s").await;
    assert!(report.tags.is_empty(), "{report:?}");
    assert_eq!(stage.tags().await, ["v1", "v2", "v3", "v4"]);
    // Their grace begins anew.
    stage.lose("v3").await;
    assert_eq!(condemned(&stage.prune("7d").await), ["v3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_down_takes_nothing_away() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.prune("0s").await;
    stage.lose("v2").await;
    let down = Action::Answer(Answer::status(503));
    stage.source.fault(Rule::new(|asked| asked.path.ends_with("/tags/list"), down).always());
    stage.target.clear();
    let error = stage.desk.sync(&stage.mirror("0s", &json!({})), SyncShare::All).await.unwrap_err();
    assert!(matches!(error, SyncError::Mirror(MirrorError::Source { .. })), "{error:?}");
    assert_eq!(stage.target.count(|record| record.method == Method::DELETE), 0);
    assert_eq!(stage.tags().await, ["v1", "v2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_where_an_image_failed() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.prune("0s").await;
    stage.lose("v2").await;
    stage.push("v3", &image("v3")).await;
    let refused = Action::Answer(Answer::error(403, "DENIED"));
    stage.target.fault(Rule::new(Asked::puts_manifest, refused).always());
    let report = stage.sync(&stage.mirror("0s", &json!({}))).await;
    let failed = |outcome: &ImageOutcome| matches!(outcome, ImageOutcome::Failed(_));
    assert!(report.images.iter().any(|run| failed(&run.report.targets[0].outcome)));
    assert_eq!(only(&report.prune).fate, Fate::Keep(Kept::Unfinished));
    assert_eq!(stage.tags().await, ["v1", "v2"]);
    stage.target.heal();
    assert_eq!(deleted(&stage.prune("0s").await), ["v2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_failed_is_no_reason_to_delete() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.prune("0s").await;
    stage.lose("v2").await;
    let mirror = stage.mirror("0s", &json!({}));
    let report = stage.desk.sync(&mirror, SyncShare::Failed).await.unwrap();
    assert!(report.prune.tags.is_empty());
    assert_eq!(with(&stage.prune("0s").await, |_| true), ["v2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_deletes_nothing_says_so_once() {
    let Some(to) = Registry::builder().without_delete().start().await else { return };
    let desk = Desk::new().await;
    let images = ["v1", "v2", "v3"]
        .map(|tag| Exhibit { tags: vec![tag.to_owned()], ..Exhibit::new("one", image(tag)) });
    write_layout(&desk.path("from"), &images);
    let apps = |exclude: &[&str]| {
        mirror(json!({
            "name": "apps",
            "source": format!("oci:{}", desk.path("from").display()),
            "targets": [format!("{}/m", to.host())],
            "tags": {"exclude": exclude},
            "prune": {"mode": "follow-source", "grace": "0s"},
        }))
    };
    desk.sync(&apps(&[]), SyncShare::All).await.unwrap();
    let report = desk.sync(&apps(&["v[23]"]), SyncShare::All).await.unwrap().prune;
    assert_eq!((report.failures.len(), report.deleted()), (1, 0), "{report:#?}");
    assert_eq!(to.client().tags("m").await.len(), 3);
    let last = desk.runs().last_run("apps").await.unwrap().unwrap();
    assert_eq!((last.totals.deleted, last.ended.unwrap().outcome), (0, RunOutcome::Partly));
    // What was not deleted is not to be undone.
    assert_eq!(desk.books().condemned.deleting_run("apps", None).await.unwrap(), None);
}
