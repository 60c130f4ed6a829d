//! Many images of one repository: a plan, a run, and the runs after it.

use std::sync::Arc;

use http::Method;
use portolan_sync::{
    Action, CopyError, CopyRequest, Cost, Engine, ImageOutcome, Moves, Plan, Platforms, RunReport, SavedPlan,
    SavedPlanError, TargetChecks,
};
use portolan_testkit::image::Tree;
use portolan_testkit::proxy::{Proxy, Record};
use portolan_testkit::registry::Registry;
use portolan_testkit::workload;
use portolan_testkit::zoo::Exhibit;
use portolan_transport::TransportError;

use crate::desk::{Desk, saved};

/// How many tags are mirrored.
const TAGS: u64 = 40;

/// Two registries behind proxies that count; the first has the images.
struct Stage {
    images: Vec<Exhibit>,
    to: Registry,
    source: Proxy,
    target: Proxy,
    desk: Desk,
    // Held for its drop.
    from: Registry,
}

impl Stage {
    async fn new() -> Option<Self> {
        let (from, to) = (Registry::start().await?, Registry::start().await?);
        let images = workload::two_platforms(TAGS);
        for image in &images {
            from.client().push("r", image).await;
        }
        let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
        Some(Self { images, to, source, target, desk: Desk::new().await, from })
    }

    /// Everything, from one repository to each of `repositories`.
    async fn requests(&self, repositories: &[&str]) -> Vec<CopyRequest> {
        let mut requests: Vec<CopyRequest> = Vec::new();
        let shared = self.desk.request(&self.source.reference("r", "any"), &[]).await;
        let mut places = Vec::new();
        for repository in repositories {
            places.push(
                self.desk
                    .request(&self.source.reference("r", "any"), &[&self.target.reference(repository, "any")])
                    .await,
            );
        }
        for image in &self.images {
            let tag = image.tags[0].parse().unwrap();
            let mut request = CopyRequest { source: Arc::clone(&shared.source), ..shared.clone() };
            request.reference = portolan_oci::TagOrDigest::Tag(tag);
            for place in &places {
                let mut target = place.targets[0].clone();
                target.name = portolan_transport::PutAs::Tag(image.tags[0].parse().unwrap());
                request.targets.push(target);
            }
            requests.push(request);
        }
        requests
    }

    fn engine(&self) -> Engine {
        let options = self.desk.options();
        self.desk.engine(portolan_sync::EngineOptions { parallel_blobs: 16, ..options })
    }

    async fn plan(&self, engine: &Engine, repositories: &[&str], checks: TargetChecks) -> Plan {
        self.source.clear();
        self.target.clear();
        engine.plan(self.requests(repositories).await, checks).await.unwrap()
    }

    async fn run(&self, repositories: &[&str], checks: TargetChecks) -> (Cost, Vec<RunReport>) {
        let engine = self.engine();
        let plan = self.plan(&engine, repositories, checks).await;
        let cost = plan.cost();
        (cost, engine.carry_out(plan).await)
    }

    fn all_requests(&self) -> usize {
        self.source.records().len() + self.target.records().len()
    }

    fn bytes_sent(&self) -> u64 {
        let records = self.target.records();
        records
            .iter()
            .filter(|record| record.path.contains("/blobs/"))
            .map(|record| record.request_bytes)
            .sum()
    }

    async fn check(&self, repository: &str) {
        for image in &self.images {
            let tag = &image.tags[0];
            assert_eq!(self.to.client().manifest(repository, tag).await.bytes, image.root.bytes);
            self.to.client().check_image(repository, tag).await.unwrap();
        }
    }
}

fn copied(reports: &[RunReport]) -> usize {
    let outcomes = reports.iter().flat_map(|report| &report.report.targets).map(|target| &target.outcome);
    let mut copied = 0;
    for outcome in outcomes {
        match outcome {
            ImageOutcome::Copied => copied += 1,
            ImageOutcome::Unchanged => {}
            ImageOutcome::Failed(cause) => panic!("{cause:#?}"),
        }
    }
    copied
}

fn reads_content(record: &Record) -> bool {
    record.method == Method::GET && !record.path.ends_with("/tags/list")
}

fn writes(record: &Record) -> bool {
    record.method != Method::GET && record.method != Method::HEAD
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_run_asks_for_little_more_than_the_bytes_and_costs_what_was_planned() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new().await else { return };
    let (cost, reports) = stage.run(&["m"], TargetChecks::Rolling).await;
    assert_eq!(copied(&reports), stage.images.len());
    stage.check("m").await;
    assert!(stage.all_requests() <= 735, "{}", stage.all_requests());
    assert_eq!((cost.manifests, cost.blobs, cost.mounts), (120, 162, 0));
    assert_eq!(cost.least_bytes, cost.most_bytes);
    assert_eq!(stage.bytes_sent(), cost.least_bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_nothing_to_do_asks_once_for_each_tag_and_writes_nothing() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new().await else { return };
    stage.run(&["m"], TargetChecks::Rolling).await;
    let (cost, reports) = stage.run(&["m"], TargetChecks::Rolling).await;
    assert_eq!((copied(&reports), cost), (0, Cost::default()));
    assert!(stage.source.records().len() <= 41, "{}", stage.source.records().len());
    assert_eq!(stage.source.count(reads_content), 0);
    assert_eq!(stage.target.records().len(), 1);
    assert_eq!(stage.target.count(writes), 0);
    stage.run(&["m"], TargetChecks::Trust).await;
    assert_eq!(stage.target.records().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_or_moved_at_the_target_by_hand_is_restored() {
    let Some(stage) = Stage::new().await else { return };
    stage.run(&["m"], TargetChecks::Rolling).await;
    let client = stage.to.client();
    let (first, second): (&Tree, &Tree) = (&stage.images[0].root, &stage.images[1].root);
    // A registry of this kind deletes by digest: the tag goes with it.
    client.delete("m", &first.digest).await;
    client.put_manifest("m", "v1", first.children.first().unwrap()).await;
    let engine = stage.engine();
    let plan = stage.plan(&engine, &["m"], TargetChecks::All).await;
    let actions: Vec<_> = plan.images().iter().map(|image| image.targets()[0].action.clone()).collect();
    assert!(matches!(actions[0], Action::Add), "{:?}", actions[0]);
    assert!(matches!(&actions[1], Action::Move { from } if from.to_string() == first.children[0].digest));
    assert!(actions[2..].iter().all(|action| matches!(action, Action::Skip)));
    let cost = plan.cost();
    assert_eq!(copied(&engine.carry_out(plan).await), 2);
    assert_eq!((stage.bytes_sent(), cost.most_bytes), (0, 0), "all blobs are there");
    assert_eq!(client.manifest("m", "v1").await.bytes, second.bytes);
    stage.check("m").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_repositories_of_a_registry_cost_the_bytes_of_one() {
    let Some(stage) = Stage::new().await else { return };
    let (cost, reports) = stage.run(&["m", "n"], TargetChecks::Rolling).await;
    assert_eq!(copied(&reports), 2 * stage.images.len());
    stage.check("m").await;
    stage.check("n").await;
    assert_eq!((cost.blobs, cost.mounts), (324, 162));
    assert_eq!(stage.bytes_sent(), cost.least_bytes);
    assert_eq!(stage.source.count(|record| record.path.contains("/blobs/")), 162);
    // Another one, in a later run: still no bytes.
    stage.run(&["o"], TargetChecks::Rolling).await;
    stage.check("o").await;
    assert_eq!(stage.bytes_sent(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_image_fails_alone() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new().await else { return };
    let broken = &stage.images[7].root.children[0];
    let hex = broken.blobs[2].digest.strip_prefix("sha256:").unwrap();
    let blobs = stage.from.storage().join("docker/registry/v2/blobs/sha256");
    std::fs::remove_dir_all(blobs.join(hex.get(..2).unwrap()).join(hex)).unwrap();
    let (_, reports) = stage.run(&["m"], TargetChecks::Rolling).await;
    let failed = reports.iter().filter(|report| !report.report.is_complete()).collect::<Vec<_>>();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0].source, stage.source.reference("r", "v7"));
    let tags = stage.to.client().tags("m").await;
    assert_eq!(tags.len(), stage.images.len() - 1);
    assert!(!tags.contains(&"v7".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_signature_of_an_unmoved_tag_arrives() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new().await else { return };
    stage.run(&["m"], TargetChecks::Rolling).await;
    let signed = &stage.images[3].root;
    let signature = workload::tiny(99).root;
    let tag = format!("{}.sig", signed.digest.replacen(':', "-", 1));
    stage.from.client().push_tree("r", &signature, std::slice::from_ref(&tag)).await.unwrap();
    let engine = stage.engine();
    let plan = stage.plan(&engine, &["m"], TargetChecks::Rolling).await;
    assert!(matches!(plan.images()[3].targets()[0].action, Action::Complete));
    assert_eq!(copied(&engine.carry_out(plan).await), 1);
    assert_eq!(stage.to.client().manifest("m", &tag).await.bytes, signature.bytes);
    // And it is known from then on.
    let (_, reports) = stage.run(&["m"], TargetChecks::Rolling).await;
    assert_eq!(copied(&reports), 0);
    assert_eq!(stage.source.count(reads_content), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_done_as_it_is_and_what_moved_is_refused() {
    let Some(stage) = Stage::new().await else { return };
    let engine = stage.engine();
    let plan = stage.plan(&engine, &["m"], TargetChecks::Rolling).await;
    let saved = saved(&plan);
    // Somebody pushes another image in the meantime, and one to the target.
    let moved = workload::tiny(77).root;
    stage.from.client().push_tree("r", &moved, &["v5".to_owned()]).await.unwrap();
    stage.to.client().push_tree("m", &moved, &["v8".to_owned()]).await.unwrap();
    stage.source.clear();

    let reports = stage.desk.take_up(&saved).await.unwrap().images;
    assert_eq!(reports.len(), stage.images.len());
    let manifests = |method: Method| {
        move |record: &Record| record.method == method && record.path.contains("/manifests/")
    };
    assert_eq!(stage.source.count(manifests(Method::GET)), 0);
    assert_eq!(stage.source.count(manifests(Method::HEAD)), stage.images.len());
    let failed = reports.iter().filter(|report| !report.report.is_complete());
    let causes: Vec<_> = failed.map(|failed| failed.report.targets[0].outcome.clone()).collect();
    let [ImageOutcome::Failed(CopyError::Moved { now, .. }), ImageOutcome::Failed(overtaken)] = &causes[..]
    else {
        panic!("{causes:#?}")
    };
    assert_eq!(now.to_string(), moved.digest);
    assert!(matches!(overtaken, CopyError::Overtaken { now, .. } if now.to_string() == moved.digest));
    assert_eq!(stage.to.client().manifest("m", "v8").await.bytes, moved.bytes);
    assert_eq!(stage.to.client().tags("m").await.len(), stage.images.len() - 1);
    stage.to.client().check_image("m", "v6").await.unwrap();
}

#[test]
fn what_is_no_plan_is_told() {
    assert!(matches!(SavedPlan::parse(b"version: 1"), Err(SavedPlanError::Format(_))));
    let error = SavedPlan::parse(br#"{"version": 1, "else": true}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "it is a plan of version 1, and only version 2 is understood: make the plan anew"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sparse_index_costs_only_its_platforms_and_a_registry_that_takes_none_says_so() {
    let Some(stage) = Stage::new().await else { return };
    let target = stage.target.reference("m", "v2");
    let mut request = stage.desk.request(&stage.source.reference("r", "v2"), &[&target]).await;
    Arc::make_mut(&mut request.rules).platforms = Platforms::Sparse(vec!["linux/arm64".parse().unwrap()]);
    let engine = stage.engine();
    let plan = engine.plan(vec![request], TargetChecks::Rolling).await.unwrap();
    assert_eq!((plan.cost().manifests, plan.cost().blobs), (2, 3));
    assert_eq!(plan.images()[0].digest().unwrap().to_string(), stage.images[2].root.digest);
    let reports = engine.carry_out(plan).await;
    let ImageOutcome::Failed(cause) = &reports[0].report.targets[0].outcome else { panic!("{reports:?}") };
    assert!(matches!(cause.transport(), Some(TransportError::ContentUnknown { .. })), "{cause:?}");
    assert_eq!(stage.to.client().tags("m").await, Vec::<String>::new());
    // What was wanted of it is there.
    let (amd, arm) = (&stage.images[2].root.children[0], &stage.images[2].root.children[1]);
    assert!(stage.to.client().find_manifest("m", &arm.digest).await.is_some());
    assert!(stage.to.client().find_manifest("m", &amd.digest).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_kept_stays_and_nothing_is_asked_about_it() {
    let Some(stage) = Stage::new().await else { return };
    let (held, free) = (stage.target.reference("m", "v2"), stage.target.reference("m", "v3"));
    stage.desk.copy(&stage.source.reference("r", "v1"), &[&held]).await;
    let mut requests = Vec::new();
    for (tag, target) in [("v2", &held), ("v3", &free)] {
        let mut request = stage.desk.request(&stage.source.reference("r", tag), &[target]).await;
        Arc::make_mut(&mut request.rules).moves = Moves::Kept;
        requests.push(request);
    }
    stage.source.clear();
    let engine = stage.engine();
    let plan = engine.plan(requests, TargetChecks::Rolling).await.unwrap();
    assert!(matches!(plan.images()[0].targets()[0].action, Action::Skip));
    assert!(matches!(plan.images()[1].targets()[0].action, Action::Add));
    assert!(engine.carry_out(plan).await.iter().all(|run| run.report.is_complete()));
    let asked = stage.source.count(|record| record.path.ends_with("/manifests/v2"));
    assert_eq!(asked, 0, "what is there is kept, whatever the source shows");
    let client = stage.to.client();
    assert_eq!(client.manifest("m", "v2").await.bytes, stage.images[1].root.bytes);
    assert_eq!(client.manifest("m", "v3").await.bytes, stage.images[3].root.bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_must_not_change_is_not_moved() {
    let Some(stage) = Stage::new().await else { return };
    let target = stage.target.reference("m", "v2");
    stage.desk.copy(&stage.source.reference("r", "v1"), &[&target]).await;
    let mut request = stage.desk.request(&stage.source.reference("r", "v2"), &[&target]).await;
    Arc::make_mut(&mut request.rules).moves = Moves::Refused;
    let engine = stage.engine();
    let plan = engine.plan(vec![request], TargetChecks::Rolling).await.unwrap();
    let Action::Fail(CopyError::Immutable { name, .. }) = &plan.images()[0].targets()[0].action else {
        panic!("{:?}", plan.images()[0].targets())
    };
    assert_eq!(*name, target);
    assert!(!engine.carry_out(plan).await[0].report.is_complete());
    assert_eq!(stage.to.client().manifest("m", "v2").await.bytes, stage.images[1].root.bytes);
}
