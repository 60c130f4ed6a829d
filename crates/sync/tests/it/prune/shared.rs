//! What is needed by something that stays, and what goes along.

use portolan_catalog::Place;
use portolan_sync::prune::{Fate, Kept};
use portolan_sync::{Mirror, SyncShare};
use portolan_testkit::image::{index_of, media};
use portolan_testkit::zoo::{Exhibit, write_layout};
use serde_json::json;

use super::stage::{Stage, deleted, image, only};
use crate::desk::{Desk, mirror};

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_whose_digest_another_tag_keeps_stays_with_it() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.push("latest", &image("v1")).await;
    stage.prune("0s").await;
    let without = |names: &str| stage.mirror("0s", &json!({"tags": {"exclude": [names]}}));
    let report = stage.sync(&without("^v1$")).await.prune;
    assert_eq!(only(&report).fate, Fate::Keep(Kept::Shared("latest".parse().unwrap())));
    assert_eq!(stage.tags().await, ["latest", "v1", "v2"]);
    // When no tag keeps it any more, both go.
    let report = stage.sync(&without("^v1$|^latest$")).await.prune;
    assert_eq!(deleted(&report), ["latest", "v1"]);
    assert_eq!(stage.tags().await, ["v2"]);
    assert!(stage.to.client().find_manifest("m", &image("v1").digest).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_an_index_that_stays_stays() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new(&["amd64", "arm64"]).await else { return };
    let parts = vec![(image("amd64"), "linux/amd64"), (image("arm64"), "linux/arm64")];
    stage.push("all", &index_of(media::OCI_INDEX, parts)).await;
    stage.prune("0s").await;
    let report = stage.sync(&stage.mirror("0s", &json!({"tags": {"exclude": ["^amd64$"]}}))).await.prune;
    assert_eq!(only(&report).fate, Fate::Keep(Kept::ChildOf("all".parse().unwrap())));
    stage.to.client().check_image("m", "all").await.unwrap();
    assert_eq!(stage.tags().await, ["all", "amd64", "arm64"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_an_image_goes_with_it_and_what_others_put_there_does_not() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3"]).await else { return };
    let about = |tag: &str| format!("{}.sig", image(tag).digest.replacen(':', "-", 1));
    let (carried, foreign) = (about("v1"), about("v2"));
    stage.push(&carried, &image("signature of v1")).await;
    stage.prune("0s").await;
    let stranger = image("signature of v2");
    stage.to.client().push_tree("m", &stranger, std::slice::from_ref(&foreign)).await.unwrap();
    stage.lose("v1").await;
    stage.lose("v2").await;
    let report = stage.prune("0s").await;
    assert_eq!(deleted(&report), ["v1", "v2"]);
    assert_eq!(report.tags[0].fate, Fate::Delete { along: vec![carried.parse().unwrap()] });
    assert_eq!(stage.tags().await, [foreign, "v3".to_owned()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_loses_tags_alone() {
    let desk = Desk::new().await;
    let exhibit = |tags: &[&str], of: &str| Exhibit {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Exhibit::new("one", image(of))
    };
    write_layout(&desk.path("from"), &[exhibit(&["v1", "latest"], "v1"), exhibit(&["v2"], "v2")]);
    let apps = |exclude: &[&str]| -> Mirror {
        mirror(json!({
            "name": "apps",
            "source": format!("oci:{}", desk.path("from").display()),
            "targets": [format!("oci:{}", desk.path("to").display())],
            "tags": {"exclude": exclude},
            "prune": {"mode": "follow-source", "grace": "0s"},
        }))
    };
    desk.sync(&apps(&[]), SyncShare::All).await.unwrap();
    let report = desk.sync(&apps(&["^v1$"]), SyncShare::All).await.unwrap().prune;
    assert_eq!(deleted(&report), ["v1"]);
    let place = Place::new("oci", desk.path("to").display().to_string());
    let last = desk.books().condemned.deleting_run("apps", None).await.unwrap().unwrap();
    assert_eq!(desk.books().condemned.deletions(&place, last).await.unwrap().len(), 1);
    let undone = desk.undo("apps").await.unwrap();
    assert_eq!((undone.run, undone.deletions.len()), (last, 1));
    assert!(undone.deletions[0].outcome.is_there(), "{undone:?}");
    // It is back, and no longer the mirror's to take away.
    let report = desk.sync(&apps(&["^v1$"]), SyncShare::All).await.unwrap().prune;
    assert!(report.tags.is_empty(), "{report:?}");
}
