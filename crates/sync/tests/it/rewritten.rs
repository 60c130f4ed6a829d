//! Indexes that are written anew with some of their platforms.

use std::sync::Arc;

use http::Method;
use portolan_oci::Platform;
use portolan_sync::{
    Action, CopyError, CopyRequest, Engine, Event, ImageOutcome, Moves, Plan, Platforms, TargetChecks,
};
use portolan_testkit::image::Tree;
use portolan_testkit::proxy::{Proxy, Record};
use portolan_testkit::registry::Registry;
use portolan_testkit::workload;
use portolan_testkit::zoo::{self, Exhibit, fallback_tag};

use crate::desk::{Desk, saved};

const ORIGINAL: &str = "org.portolan.index.original-digest";

/// Two registries, and images in the first one.
struct Stage {
    images: Vec<Exhibit>,
    from: Registry,
    to: Registry,
    source: Proxy,
    target: Proxy,
    desk: Desk,
    platforms: Vec<Platform>,
}

impl Stage {
    async fn new(images: Vec<Exhibit>, platforms: &[&str]) -> Option<Self> {
        let (from, to) = (Registry::start().await?, Registry::start().await?);
        for image in &images {
            from.client().push("r", image).await;
        }
        let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
        let platforms = platforms.iter().map(|platform| platform.parse().unwrap()).collect();
        Some(Self { images, from, to, source, target, desk: Desk::new().await, platforms })
    }

    async fn requests(&self) -> Vec<CopyRequest> {
        let mut requests = Vec::new();
        for image in &self.images {
            let tag = &image.tags[0];
            let (from, to) = (self.source.reference("r", tag), self.target.reference("m", tag));
            let mut request = self.desk.request(&from, &[&to]).await;
            Arc::make_mut(&mut request.rules).platforms = Platforms::Rewritten(self.platforms.clone());
            requests.push(request);
        }
        requests
    }

    async fn plan(&self, engine: &Engine, checks: TargetChecks) -> Plan {
        self.source.clear();
        self.target.clear();
        engine.plan(self.requests().await, checks).await.unwrap()
    }

    /// A run of a new engine; gives what was planned for each image.
    async fn run(&self, checks: TargetChecks) -> Vec<Action> {
        let engine = self.engine();
        let plan = self.plan(&engine, checks).await;
        let actions = plan.images().iter().map(|image| image.targets()[0].action.clone()).collect();
        let reports = engine.carry_out(plan).await;
        assert!(reports.iter().all(|report| report.report.is_complete()), "{reports:#?}");
        actions
    }

    fn engine(&self) -> Engine {
        self.desk.engine(self.desk.options())
    }

    /// The index of an image at the target is what is wanted of the original.
    async fn check(&self, image: &Exhibit, wanted: &[&Tree]) {
        let client = self.to.client();
        let tag = &image.tags[0];
        client.check_image("m", tag).await.unwrap();
        let there = client.manifest("m", tag).await.json();
        assert_eq!(there["annotations"][ORIGINAL], image.root.digest.as_str());
        let mut original = image.root.json();
        let entries = original["manifests"].as_array_mut().unwrap();
        entries.retain(|entry| wanted.iter().any(|tree| entry["digest"] == tree.digest.as_str()));
        assert_eq!(there["manifests"], original["manifests"]);
        assert_eq!(there["mediaType"], original["mediaType"]);
    }

    fn warnings(&self) -> Vec<String> {
        let events = self.desk.heard.events().into_iter();
        let messages = events.filter_map(|event| match event {
            Event::Warning { message } => Some(message),
            _ => None,
        });
        messages.collect()
    }
}

fn reads_content(record: &Record) -> bool {
    record.method == Method::GET && (record.path.contains("/manifests/") || record.path.contains("/blobs/"))
}

fn writes(record: &Record) -> bool {
    record.method != Method::GET && record.method != Method::HEAD
}

fn is_idle(actions: &[Action]) -> bool {
    actions.iter().all(|action| matches!(action, Action::Skip))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_takes_no_sparse_index_gets_one_of_the_wanted_platforms() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let mut images = workload::two_platforms(3);
    let mut plain = workload::tiny(5);
    plain.tags = vec!["plain".to_owned()];
    images.push(plain);
    let Some(mut stage) = Stage::new(images, &["linux/arm64"]).await else { return };
    stage.run(TargetChecks::Rolling).await;
    let client = stage.to.client();
    for image in &stage.images[..3] {
        stage.check(image, &[&image.root.children[1]]).await;
        assert!(client.find_manifest("m", &image.root.children[0].digest).await.is_none());
    }
    let plain = stage.images[3].root.clone();
    assert!(client.find_manifest("m", &plain.digest).await.is_some(), "what is no index stays as it is");
    assert_eq!(
        stage.warnings(),
        ["3 indexes are written anew with the chosen platforms: no signatures of the originals match them"]
    );

    // Nothing is read to know that nothing has changed.
    for (checks, asked) in [(TargetChecks::Rolling, 1), (TargetChecks::All, 5), (TargetChecks::Trust, 0)] {
        assert!(is_idle(&stage.run(checks).await), "{checks:?}");
        assert_eq!((stage.source.records().len(), stage.source.count(reads_content)), (5, 0), "{checks:?}");
        assert_eq!((stage.target.records().len(), stage.target.count(writes)), (asked, 0), "{checks:?}");
    }
    assert_eq!(stage.warnings().len(), 1);

    // With all platforms nothing is left out, and the original is carried.
    stage.platforms = vec!["linux/arm64".parse().unwrap(), "linux/amd64".parse().unwrap()];
    let actions = stage.run(TargetChecks::Rolling).await;
    assert!(actions[..3].iter().all(|action| matches!(action, Action::Move { .. })), "{actions:?}");
    assert_eq!(client.manifest("m", "v2").await.bytes, stage.images[2].root.bytes);
    assert!(is_idle(&stage.run(TargetChecks::Rolling).await));

    stage.platforms.pop();
    let mut requests = stage.requests().await;
    Arc::make_mut(&mut requests[0].rules).moves = Moves::Refused;
    let plan = stage.engine().plan(requests, TargetChecks::Rolling).await.unwrap();
    let refused = &plan.images()[0].targets()[0].action;
    let Action::Fail(CopyError::Immutable { from, to, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(from.to_string(), stage.images[0].root.digest);
    assert_eq!(Some(*to), plan.images()[0].digest());
    assert_eq!(plan.images()[0].original().unwrap().to_string(), stage.images[0].root.digest);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_the_original_stays_and_what_belongs_to_a_part_goes_along() {
    let mut images = workload::two_platforms(1);
    let sig = |tree: &Tree| format!("{}.sig", fallback_tag(&tree.digest));
    let (of_index, of_part) = (workload::tiny(7).root, workload::tiny(8).root);
    let part = images[0].root.children[1].clone();
    let tags = [(sig(&images[0].root), of_index.clone()), (sig(&part), of_part.clone())];
    images[0].extra_tags.extend(tags);
    let Some(stage) = Stage::new(images, &["linux/arm64"]).await else { return };
    stage.run(TargetChecks::Rolling).await;
    let mut there = stage.to.client().tags("m").await;
    there.sort();
    assert_eq!(there, [sig(&part), "v0".to_owned()]);
    assert!(is_idle(&stage.run(TargetChecks::Rolling).await));
    assert_eq!(stage.source.count(reads_content), 0);
    // A new signature of the part arrives, one of the index does not matter.
    let second = workload::tiny(9).root;
    for tree in [&stage.images[0].root, &part] {
        stage.from.client().push_tree("r", &second, &[sig(tree)]).await.unwrap();
    }
    let actions = stage.run(TargetChecks::Rolling).await;
    assert!(matches!(actions[..], [Action::Complete]), "{actions:?}");
    assert_eq!(stage.to.client().manifest("m", &sig(&part)).await.bytes, second.bytes);
    assert!(is_idle(&stage.run(TargetChecks::Rolling).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_has_the_new_index_in_it() {
    let Some(stage) = Stage::new(workload::two_platforms(2), &["linux/amd64"]).await else { return };
    let plan = stage.plan(&stage.engine(), TargetChecks::Rolling).await;
    stage.source.clear();
    let reports = stage.desk.take_up(&saved(&plan)).await.unwrap().images;
    assert!(reports.iter().all(|report| matches!(report.report.targets[0].outcome, ImageOutcome::Copied)));
    assert_eq!(stage.source.count(|record| record.method == "GET" && record.path.contains("/manifests/")), 0);
    for image in &stage.images {
        stage.check(image, &[&image.root.children[0]]).await;
    }
    assert!(is_idle(&stage.run(TargetChecks::Rolling).await));
    assert_eq!(stage.source.count(reads_content), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_in_an_index_are_written_anew_too() {
    let Some(stage) = Stage::new(vec![zoo::one("nested-index")], &["linux/arm64/v8"]).await else { return };
    stage.run(TargetChecks::Rolling).await;
    let client = stage.to.client();
    client.check_image("m", "nested-index").await.unwrap();
    let top = client.manifest("m", "nested-index").await.json();
    assert_eq!(top["manifests"].as_array().unwrap().len(), 1);
    let inner = client.manifest("m", top["manifests"][0]["digest"].as_str().unwrap()).await.json();
    let original = &stage.images[0].root.children[0];
    assert_eq!(inner["annotations"][ORIGINAL], original.digest.as_str());
    assert_eq!(inner["manifests"].as_array().unwrap().len(), 1);
    assert_eq!(inner["manifests"][0]["digest"], original.children[1].digest.as_str());
    assert!(is_idle(&stage.run(TargetChecks::Rolling).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_without_any_of_the_wanted_platforms_fails_alone() {
    let mut images = workload::two_platforms(1);
    images.push(zoo::one("nested-index"));
    let Some(stage) = Stage::new(images, &["linux/riscv64"]).await else { return };
    let engine = stage.engine();
    let plan = stage.plan(&engine, TargetChecks::Rolling).await;
    let reports = engine.carry_out(plan).await;
    let ImageOutcome::Failed(CopyError::NoPlatform { wanted, offered, .. }) =
        &reports[0].report.targets[0].outcome
    else {
        panic!("{reports:?}")
    };
    assert_eq!((wanted.as_str(), offered.as_str()), ("linux/riscv64", "linux/amd64, linux/arm64"));
    stage.to.client().check_image("m", "nested-index").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_platform_is_found_in_an_index_within_an_index() {
    let Some(stage) = Stage::new(vec![zoo::one("nested-index")], &[]).await else { return };
    let (from, to) = (stage.source.reference("r", "nested-index"), stage.target.reference("m", "one"));
    let mut request = stage.desk.request(&from, &[&to]).await;
    for (platform, wanted) in [
        ("linux/arm64", &stage.images[0].root.children[0].children[1]),
        ("linux/riscv64", &stage.images[0].root.children[1]),
    ] {
        Arc::make_mut(&mut request.rules).platforms = Platforms::One(platform.parse().unwrap());
        let report = stage.engine().copy(&request).await;
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(stage.to.client().manifest("m", "one").await.bytes, wanted.bytes);
    }
    Arc::make_mut(&mut request.rules).platforms = Platforms::One("linux/s390x".parse().unwrap());
    let report = stage.engine().copy(&request).await;
    let ImageOutcome::Failed(CopyError::NoPlatform { offered, .. }) = &report.targets[0].outcome else {
        panic!("{report:?}")
    };
    assert_eq!(offered, "linux/riscv64, linux/amd64, linux/arm64/v8");
}
