//! Plans in files: one run of the mirror, which deletes what was planned and may still go.

use std::time::Duration;

use portolan_catalog::{RunOutcome, RunStart};
use portolan_sync::prune::{Fate, Kept};
use portolan_sync::{ImageOutcome, SyncError, SyncShare};
use serde_json::json;

use super::stage::{Stage, condemned, deleted, image, only};

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_a_run_of_its_mirror() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    let saved = stage.desk.save(&stage.mirror("0s", &json!({}))).await;
    // Nobody else may be at it.
    let runs = stage.desk.runs();
    let held = runs.begin_run("apps", "somebody else", Duration::from_secs(600)).await.unwrap();
    let RunStart::Begun(lease) = held else { panic!("{held:?}") };
    let error = stage.desk.take_up(&saved).await.unwrap_err();
    assert!(matches!(&error, SyncError::Held { owner, .. } if owner == "somebody else"), "{error:?}");
    assert!(stage.tags().await.is_empty());
    runs.release(&lease).await.unwrap();

    stage.push("v2", &image("v2 anew")).await;
    let report = stage.desk.take_up(&saved).await.unwrap();
    assert!(matches!(report.images[1].report.targets[0].outcome, ImageOutcome::Failed(_)), "{report:#?}");
    let last = runs.last_run("apps").await.unwrap().unwrap();
    assert_eq!(last.ended.unwrap().outcome, RunOutcome::Partly);
    assert_eq!((last.totals.images, last.totals.copied, last.totals.failed), (2, 1, 1));
    // A plan of something else knows nothing about what failed.
    stage.push("v3", &image("v3")).await;
    let only_v3 = stage.mirror("0s", &json!({"tags": {"include": ["^v3$"]}}));
    let saved = stage.desk.save(&only_v3).await;
    assert_eq!(stage.desk.take_up(&saved).await.unwrap().images.len(), 1);
    let failed = stage.desk.sync(&stage.mirror("0s", &json!({})), SyncShare::Failed).await.unwrap().images;
    assert_eq!(failed.len(), 1);
    assert!(failed[0].report.is_complete() && failed[0].source.ends_with(":v2"), "{failed:?}");
    assert_eq!(stage.tags().await, ["v1", "v2", "v3"]);
    // What a plan has brought is the mirror's.
    stage.lose("v1").await;
    assert_eq!(deleted(&stage.prune("0s").await), ["v1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planned_is_deleted_and_nothing_else() {
    let Some(stage) = Stage::new(&["v1", "v2", "v3", "v4", "v5"]).await else { return };
    stage.prune("7d").await;
    stage.lose("v2").await;
    assert_eq!(condemned(&stage.prune("7d").await), ["v2"]);
    stage.lose("v3").await;
    // One has been condemned, the other is at once.
    let saved = stage.desk.save(&stage.mirror("0s", &json!({}))).await;
    assert_eq!(stage.tags().await, ["v1", "v2", "v3", "v4", "v5"]);
    stage.lose("v4").await;
    stage.prune("7d").await;
    let report = stage.desk.take_up(&saved).await.unwrap().prune;
    assert!(report.failures.is_empty(), "{report:#?}");
    assert_eq!(deleted(&report), ["v2", "v3"]);
    assert_eq!(stage.tags().await, ["v1", "v4", "v5"]);
    let last = stage.desk.runs().last_run("apps").await.unwrap().unwrap();
    assert_eq!((last.totals.deleted, last.ended.unwrap().outcome), (2, RunOutcome::Done));
    // What was not in the plan is condemned still.
    assert!(matches!(only(&stage.prune("7d").await).fate, Fate::Wait { .. }));

    // Once is all.
    let report = stage.desk.take_up(&saved).await.unwrap().prune;
    assert!(report.tags.is_empty() && report.failures.is_empty(), "{report:#?}");
    let undone = stage.desk.undo("apps").await.unwrap();
    assert!(undone.run == last.id && undone.deletions.iter().all(|one| one.outcome.is_there()), "{undone:?}");
    // Nor is it done again with what was put back.
    let report = stage.desk.take_up(&saved).await.unwrap().prune;
    assert!(report.tags.iter().all(|pruned| pruned.fate == Fate::Keep(Kept::Spared)), "{report:#?}");
    assert_eq!((report.tags.len(), stage.tags().await.len()), (2, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_to_be_condemned_is_and_never_goes_at_once() {
    let Some(stage) = Stage::new(&["v1", "v2"]).await else { return };
    stage.prune("7d").await;
    stage.lose("v2").await;
    let saved = stage.desk.save(&stage.mirror("7d", &json!({}))).await;
    assert_eq!(condemned(&stage.desk.take_up(&saved).await.unwrap().prune), ["v2"]);
    let report = stage.desk.take_up(&saved).await.unwrap().prune;
    assert!(matches!(only(&report).fate, Fate::Wait { .. }), "{report:#?}");
    assert!(matches!(only(&stage.prune("7d").await).fate, Fate::Wait { .. }));
    assert_eq!(stage.tags().await, ["v1", "v2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_since_the_plan_stays_and_that_is_said() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new(&["v1", "v2", "v3", "v4", "v5"]).await else { return };
    stage.prune("7d").await;
    for tag in ["v2", "v3", "v4"] {
        stage.lose(tag).await;
    }
    stage.prune("7d").await;
    let saved = stage.desk.save(&stage.mirror("0s", &json!({}))).await;
    // One is wanted again, one is moved, and one gets another tag.
    stage.push("v2", &image("v2")).await;
    stage.prune("7d").await;
    let own = image("somebody's own");
    stage.to.client().push_tree("m", &own, &["v3".to_owned()]).await.unwrap();
    stage.to.client().push_tree("m", &image("v4"), &["own".to_owned()]).await.unwrap();
    let report = stage.desk.take_up(&saved).await.unwrap().prune;
    assert!(report.failures.is_empty(), "{report:#?}");
    let fates: Vec<Fate> = report.tags.into_iter().map(|pruned| pruned.fate).collect();
    let now = own.digest.parse().unwrap();
    let shared = Fate::Keep(Kept::Shared("own".parse().unwrap()));
    assert_eq!(fates, [Fate::Keep(Kept::Spared), Fate::LeaveAlone { now }, shared]);
    assert_eq!(stage.tags().await, ["own", "v1", "v2", "v3", "v4", "v5"]);
}
