//! Runs of mirrors: what is gathered, what is written down, who may run.

use std::time::Duration;

use portolan_catalog::{RunOutcome, RunStart};
use portolan_sync::{
    CopyError, Detail, EngineOptions, Event, ImageOutcome, Mirror, MirrorError, RunReport, SyncError,
    SyncShare,
};
use portolan_testkit::proxy::{Action, Proxy, Record, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::{workload, zoo};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, mirror};

async fn sync(desk: &Desk, mirror: &Mirror, share: SyncShare<'_>) -> Result<Vec<RunReport>, SyncError> {
    Ok(desk.sync(mirror, share).await?.images)
}

/// Three images `v1` of one layer each, in repositories of their own.
async fn fill(registry: &Registry, repositories: &[&str]) {
    for (seed, repository) in (0..).zip(repositories) {
        registry.client().push(repository, &workload::tiny(seed)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_repositories_below_a_prefix_but_those_that_are_excluded() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    fill(&from, &["team/one", "team/sub/two", "team/sub/old", "other/three"]).await;
    let mirror = mirror(json!({
        "name": "team",
        "source": format!("{}/team/**", from.host()),
        "repositories": {"exclude": ["old$"]},
        "targets": [format!("{}/copy/{{repository}}", to.host())],
    }));
    let desk = Desk::new().await;
    let reports = sync(&desk, &mirror, SyncShare::All).await.unwrap();
    let copied: Vec<&str> = reports.iter().map(|run| run.report.targets[0].target.as_str()).collect();
    let there = |name: &str| to.reference(&format!("copy/team/{name}"), "v1");
    assert_eq!(copied, [there("one"), there("sub/two")]);
    assert!(reports.iter().all(|run| run.report.is_complete()));
    to.client().check_image("copy/team/sub/two", "v1").await.unwrap();
    let last = desk.runs().last_run("team").await.unwrap().unwrap();
    assert_eq!(last.ended.unwrap().outcome, RunOutcome::Done);
    assert_eq!((last.totals.images, last.totals.copied, last.totals.blobs), (2, 2, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_was_there_a_run_tells_the_number_where_no_more_is_asked_for() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    fill(&from, &["a", "b"]).await;
    let mirror = mirror(json!({
        "name": "few",
        "images": [from.reference("a", "v1"), from.reference("b", "v1")],
        "targets": [format!("{}/m/{{name}}", to.host())],
    }));
    let desk = Desk::new().await;
    let run = async |share, detail| {
        let report = desk.sync_told(&desk.engine(desk.options()), &mirror, share, detail).await.unwrap();
        (report.images.len(), report.totals.images, report.totals.copied, report.totals.skipped)
    };
    assert_eq!(run(SyncShare::All, Detail::Changes).await, (2, 2, 2, 0));
    assert_eq!(run(SyncShare::All, Detail::Changes).await, (0, 2, 0, 2));
    assert_eq!(run(SyncShare::All, Detail::All).await, (2, 2, 0, 2));
    fill(&from, &["b"]).await;
    assert_eq!(run(SyncShare::All, Detail::Changes).await, (1, 2, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_written_down_and_done_alone() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    fill(&from, &["a", "b", "c"]).await;
    let hex = workload::tiny(1).root.blobs[1].digest.replacen("sha256:", "", 1);
    let blob = from.storage().join("docker/registry/v2/blobs/sha256").join(hex.get(..2).unwrap()).join(&hex);
    let aside = from.storage().join("aside");
    std::fs::rename(&blob, &aside).unwrap();
    let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
    let images: Vec<String> = ["a", "b", "c"].iter().map(|name| source.reference(name, "v1")).collect();
    let goal = format!("{}/m/{{name}}", target.host());
    let mirror = mirror(json!({"name": "three", "images": images, "targets": [goal]}));
    let desk = Desk::new().await;

    let reports = sync(&desk, &mirror, SyncShare::All).await.unwrap();
    assert_eq!(reports.iter().filter(|run| run.report.is_complete()).count(), 2);
    let last = desk.runs().last_run("three").await.unwrap().unwrap();
    assert_eq!(last.ended.unwrap().outcome, RunOutcome::Partly);
    let failures = desk.runs().failures(last.id).await.unwrap();
    assert_eq!(failures.len(), 1);
    assert_eq!((&failures[0].source, &failures[0].target), (&images[1], &target.reference("m/b", "v1")));

    std::fs::rename(&aside, &blob).unwrap();
    source.clear();
    target.clear();
    let reports = sync(&desk, &mirror, SyncShare::Failed).await.unwrap();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].report.is_complete());
    assert!(source.records().iter().chain(&target.records()).all(|record| record.path.contains("/b/")));
    // Now there is nothing left that failed.
    assert!(sync(&desk, &mirror, SyncShare::Failed).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_somebody_else_runs_is_left_alone() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    fill(&from, &["a"]).await;
    let mirror = mirror(json!({
        "name": "held",
        "source": format!("{}/a", from.host()),
        "targets": [format!("{}/a", to.host())],
    }));
    let desk = Desk::new().await;
    let runs = desk.runs();
    let held = runs.begin_run("held", "somebody else", Duration::from_secs(600)).await.unwrap();
    let RunStart::Begun(lease) = held else { panic!("{held:?}") };
    let error = sync(&desk, &mirror, SyncShare::All).await.unwrap_err();
    assert!(matches!(&error, SyncError::Held { owner, .. } if owner == "somebody else"), "{error:?}");
    assert_eq!(to.client().tags("a").await, Vec::<String>::new());
    runs.release(&lease).await.unwrap();
    assert!(sync(&desk, &mirror, SyncShare::All).await.unwrap()[0].report.is_complete());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_is_taken_when_it_was_seen_for_long_enough() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    fill(&from, &["a"]).await;
    let young = |age: &str| {
        mirror(json!({
            "name": "aged",
            "source": format!("{}/a", from.host()),
            "targets": [format!("{}/a", to.host())],
            "tags": {"min_age": age},
        }))
    };
    let desk = Desk::new().await;
    let engine = desk.engine(desk.options());
    // It is seen for the first time now, and that is remembered.
    assert!(engine.gather(&young("1h"), desk.places()).await.unwrap().requests.is_empty());
    let place = portolan_catalog::Place::new(from.host(), "a");
    let seen = desk.seen(&place).await;
    assert_eq!(seen["v1"][0].digest.to_string(), workload::tiny(0).root.digest);
    assert_eq!(engine.gather(&young("0s"), desk.places()).await.unwrap().requests.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_images_for_one_name_are_refused_before_anything_is_read() {
    let Some(from) = Registry::start().await else { return };
    let source = Proxy::before(&from).await;
    let mirror = mirror(json!({
        "name": "clash",
        "images": [source.reference("a/app", "v1"), source.reference("b/app", "v1")],
        "targets": ["oci:out/{name}"],
    }));
    let desk = Desk::new().await;
    let error = sync(&desk, &mirror, SyncShare::All).await.unwrap_err();
    assert!(matches!(error, SyncError::Mirror(MirrorError::Clash(_, 0))), "{error:?}");
    assert!(source.records().is_empty());
    let last = desk.runs().last_run("clash").await.unwrap().unwrap();
    assert_eq!(last.ended.unwrap().outcome, RunOutcome::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_images_of_the_wanted_artifact_types_are_taken_and_that_is_remembered() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    for name in ["artifact", "empty-config", "oci-image", "oci-index"] {
        from.client().push("a", &zoo::one(name)).await;
    }
    let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
    let of_types = |types: &[&str]| {
        mirror(json!({
            "name": "kinds",
            "source": format!("{}/a", source.host()),
            "targets": [format!("{}/a", target.host())],
            "artifact_types": types,
        }))
    };
    let desk = Desk::new().await;
    let charts = of_types(&["application/vnd.example.chart.v1"]);
    assert_eq!(sync(&desk, &charts, SyncShare::All).await.unwrap().len(), 1);
    assert_eq!(to.client().tags("a").await, ["artifact"]);
    let reads =
        |proxy: &Proxy| proxy.count(|record| record.method == "GET" && record.path.contains("/manifests/"));
    // Of what is of another type nothing but the manifests was read, and each manifest once.
    let mut read: Vec<_> = source.records().into_iter().filter(|record| record.method == "GET").collect();
    read.retain(|record| record.path.contains("/manifests/sha256:"));
    assert_eq!(read.len(), 7, "{:?}", read.iter().map(Record::line).collect::<Vec<_>>());

    source.clear();
    target.clear();
    assert_eq!(sync(&desk, &charts, SyncShare::All).await.unwrap().len(), 1);
    let asked: Vec<_> = source.records().iter().map(Record::line).collect();
    assert_eq!((reads(&source), asked.len(), target.records().len()), (0, 6, 1), "{asked:?}");

    // An index is what its manifests are.
    let images = of_types(&["application/vnd.oci.image.config.v1+json"]);
    let engine = desk.engine(desk.options());
    let gathered = engine.gather(&images, desk.places()).await.unwrap();
    let wanted: Vec<_> = gathered.requests.iter().map(|request| request.reference.to_string()).collect();
    assert_eq!(wanted, ["oci-image", "oci-image-again", "oci-index"]);
    assert_eq!(reads(&source), 0);
    let (_, verdicts) = &gathered.looked.tags[0];
    assert_eq!(
        verdicts[0].reason.to_string(),
        "left out: not of a type in artifact_types: application/vnd.example.chart.v1"
    );
}

/// A mirror of five repositories of one image each.
async fn five(from: &Registry, to: &Registry) -> Mirror {
    let names = ["a", "b", "c", "d", "e"];
    fill(from, &names).await;
    let images: Vec<String> = names.iter().map(|name| from.reference(name, "v1")).collect();
    mirror(json!({"name": "five", "images": images, "targets": [format!("{}/m/{{name}}", to.host())]}))
}

fn plans(desk: &Desk) -> usize {
    desk.heard.events().iter().filter(|event| matches!(event, Event::Planned { .. })).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_images_are_done_a_portion_at_a_time() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    let mirror = five(&from, &to).await;
    let desk = Desk::new().await;
    let engine = desk.engine(EngineOptions { portion: 2, ..desk.options() });
    let report = desk.sync_by(&engine, &mirror, SyncShare::All).await.unwrap();
    let sources: Vec<&str> = report.images.iter().map(|run| run.source.as_str()).collect();
    assert_eq!(sources, ["a", "b", "c", "d", "e"].map(|name| from.reference(name, "v1")));
    assert!(report.images.iter().all(|run| run.report.is_complete()), "{:#?}", report.images);
    assert_eq!(plans(&desk), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_run_did_not_come_to_is_told() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    let target = Proxy::before(&to).await;
    let images: Vec<String> = ["a", "b", "c"].iter().map(|name| from.reference(name, "v1")).collect();
    fill(&from, &["a", "b", "c"]).await;
    let goal = format!("{}/m/{{name}}", target.host());
    let mirror = mirror(json!({"name": "three", "images": images, "targets": [goal]}));
    let desk = Desk::new().await;
    let cancelled = CancellationToken::new();
    let engine = desk.engine_until(EngineOptions { portion: 1, ..desk.options() }, cancelled.clone());
    // The second portion gets no answer to its first question.
    target.fault(Rule::new(|asked| asked.path.starts_with("/v2/m/b/"), Action::Hang).always());
    let interrupt = async {
        let place = format!("{}/m/a", target.host());
        while !desk.finished(&place, "v1").await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancelled.cancel();
    };
    let (report, ()) = tokio::join!(desk.sync_by(&engine, &mirror, SyncShare::All), interrupt);
    let outcomes: Vec<_> =
        report.unwrap().images.into_iter().map(|run| run.report.targets[0].clone()).collect();
    assert!(matches!(outcomes[0].outcome, ImageOutcome::Copied), "{outcomes:#?}");
    for missed in &outcomes[1..] {
        assert!(matches!(missed.outcome, ImageOutcome::Failed(CopyError::Cancelled)), "{outcomes:#?}");
    }
    let last = desk.runs().last_run("three").await.unwrap().unwrap();
    assert_eq!(last.ended.unwrap().outcome, RunOutcome::Interrupted);
}
