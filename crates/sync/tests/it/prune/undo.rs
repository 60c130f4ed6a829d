//! What was deleted comes back.

use http::Method;
use portolan_sync::SyncShare;
use portolan_sync::prune::{Undone, UndoneDeletion};
use portolan_testkit::proxy::{Action, Asked, Rule};
use serde_json::json;

use super::stage::{Stage, deleted, image};

async fn undo(stage: &Stage) -> Vec<UndoneDeletion> {
    stage.desk.undo("apps").await.unwrap().deletions
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_comes_back_byte_by_byte_and_stays() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3"]).await else { return };
    let signature = format!("{}.sig", image("v2").digest.replacen(':', "-", 1));
    stage.push(&signature, &image("signature")).await;
    stage.prune("0s").await;
    stage.lose("v2").await;
    stage.lose("v3").await;
    assert_eq!(deleted(&stage.prune("0s").await), ["v2", "v3"]);
    assert_eq!(stage.tags().await, ["v1"]);

    let undone = undo(&stage).await;
    assert_eq!(undone.len(), 3);
    assert!(undone.iter().all(|one| matches!(one.outcome, Undone::PutBack)), "{undone:#?}");
    let client = stage.to.client();
    for (tag, of) in [("v2", "v2"), ("v3", "v3"), (signature.as_str(), "signature")] {
        assert_eq!(client.manifest("m", tag).await.bytes, image(of).bytes);
        client.check_image("m", tag).await.unwrap();
    }
    // What is back is not deleted by the next run.
    assert!(stage.prune("0s").await.tags.is_empty());
    assert!(stage.desk.undo("apps").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_without_an_answer_comes_back() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.prune("0s").await;
    stage.lose("v2").await;
    let by_digest = |asked: &Asked| asked.method == Method::DELETE && asked.path.contains("/sha256:");
    stage.target.fault(Rule::new(by_digest, Action::CutBeforeResponse).always());
    let report = stage.desk.sync(&stage.mirror("0s", &json!({})), SyncShare::All).await.unwrap();
    assert_eq!(report.prune.failures.len(), 1, "{:#?}", report.prune);
    assert_eq!(stage.tags().await, ["v1"], "the registry has done it, and nobody was told");

    let undone = undo(&stage).await;
    assert!(matches!(undone[..], [UndoneDeletion { outcome: Undone::PutBack, .. }]), "{undone:#?}");
    assert_eq!(stage.to.client().manifest("m", "v2").await.bytes, image("v2").bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_registry_has_collected_cannot_come_back_and_a_taken_tag_is_left_alone() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(mut stage) = Stage::new(&["v1", "v2", "v3"]).await else { return };
    stage.prune("0s").await;
    stage.lose("v2").await;
    stage.lose("v3").await;
    stage.prune("0s").await;
    let own = image("somebody's own");
    stage.to.client().push_tree("m", &own, &["v3".to_owned()]).await.unwrap();
    // As a collection leaves it: the config of the image is gone, with its link.
    let hex = image("v2").blobs[0].digest.replacen("sha256:", "", 1);
    let links = stage.to.storage().join("docker/registry/v2/repositories/m/_layers/sha256");
    std::fs::remove_dir_all(links.join(hex)).unwrap();
    // It keeps in mind what it has had.
    stage.to.restart().await;
    let undone = undo(&stage).await;
    let outcomes: Vec<&Undone> = undone.iter().map(|one| &one.outcome).collect();
    let now = own.digest.parse().unwrap();
    assert!(
        matches!(outcomes[..], [Undone::ContentGone, Undone::Taken { now: there }] if *there == now),
        "{undone:#?}"
    );
    assert_eq!(stage.tags().await, ["v1", "v3"]);
    // They can be tried again.
    assert_eq!(undo(&stage).await.len(), 2);
}
