//! What comes to belong to images that do not move.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use portolan_sync::{
    Action, ArtifactTypes, CarryRules, CopyRequest, Engine, EngineOptions, ReferrerPolicy, TargetChecks,
};
use portolan_testkit::image::{Blob, Tree, manifest_of, media};
use portolan_testkit::proxy::{Proxy, Record};
use portolan_testkit::registry::Registry;
use portolan_testkit::workload;
use portolan_testkit::zoo::{Exhibit, fallback_tag};
use serde_json::json;

use crate::desk::Desk;

/// Three images of two platforms in one repository, to be mirrored.
struct Stage {
    images: Vec<Exhibit>,
    from: Registry,
    to: Registry,
    source: Proxy,
    target: Proxy,
    desk: Desk,
    types: ArtifactTypes,
}

impl Stage {
    async fn new() -> Option<Self> {
        let (from, to) = (Registry::start().await?, Registry::start().await?);
        let images = workload::two_platforms(3);
        for image in &images {
            from.client().push("r", image).await;
        }
        let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
        let desk = Desk::new().await;
        Some(Self { images, from, to, source, target, desk, types: ArtifactTypes::All })
    }

    async fn requests(&self, recheck: Duration) -> Vec<CopyRequest> {
        let mut requests = Vec::new();
        for image in &self.images {
            let tag = &image.tags[0];
            let (from, to) = (self.source.reference("r", tag), self.target.reference("m", tag));
            let mut request = self.desk.request(&from, &[&to]).await;
            let types = self.types.clone();
            Arc::make_mut(&mut request.rules).referrers =
                ReferrerPolicy::Carry(CarryRules { types, recheck });
            requests.push(request);
        }
        requests
    }

    fn engine(&self) -> Engine {
        self.desk.engine(self.desk.options())
    }

    /// A run of a new engine; gives what was planned for each image.
    async fn run(&self, engine: &Engine, recheck: Duration) -> Vec<Action> {
        self.source.clear();
        self.target.clear();
        let plan = engine.plan(self.requests(recheck).await, TargetChecks::Rolling).await.unwrap();
        let actions = plan.images().iter().map(|image| image.targets()[0].action.clone()).collect();
        let reports = engine.carry_out(plan).await;
        assert!(reports.iter().all(|report| report.report.is_complete()), "{reports:#?}");
        actions
    }

    fn questions(&self) -> usize {
        self.source.count(|record| record.path.contains("/referrers/"))
    }
}

const HOUR: Duration = Duration::from_hours(1);

const SIGNATURE: &str = "application/vnd.example.signature";
const SBOM: &str = "application/spdx+json";

fn referrer(of: &Tree, kind: &str) -> Tree {
    let extra = json!({"artifactType": kind, "subject": of.descriptor()});
    manifest_of(Blob::new(media::OCI_EMPTY, "{}"), vec![Blob::new("text/plain", kind.to_owned())], &extra)
}

fn reads_content(record: &Record) -> bool {
    record.method == Method::GET && (record.path.contains("/manifests/") || record.path.contains("/blobs/"))
}

fn is_idle(actions: &[Action]) -> bool {
    actions.iter().all(|action| matches!(action, Action::Skip))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_source_lists_for_an_unmoved_image_is_asked_for_when_it_is_due() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(stage) = Stage::new().await else { return };
    stage.source.list_referrers(&[]);
    stage.run(&stage.engine(), HOUR).await;
    // Within the hour nobody asks; after it, once for each image.
    assert!(is_idle(&stage.run(&stage.engine(), HOUR).await));
    assert_eq!((stage.questions(), stage.source.records().len()), (0, 3));
    assert!(is_idle(&stage.run(&stage.engine(), Duration::ZERO).await));
    assert_eq!((stage.questions(), stage.source.count(reads_content)), (3, 0));

    let signed = &stage.images[1].root;
    let signature = referrer(signed, SIGNATURE);
    stage.from.client().push_tree("r", &signature, &[]).await.unwrap();
    stage.source.list_referrers(&[(&signed.digest, vec![signature.clone()])]);
    assert!(is_idle(&stage.run(&stage.engine(), HOUR).await));
    let later = EngineOptions { clock: || Timestamp::now() + 2 * HOUR, ..stage.desk.options() };
    let actions = stage.run(&stage.desk.engine(later), HOUR).await;
    assert!(matches!(actions[..], [Action::Skip, Action::Complete, Action::Skip]), "{actions:?}");
    assert_eq!(stage.to.client().manifest("m", &signature.digest).await.bytes, signature.bytes);
    let list = stage.to.client().manifest("m", &fallback_tag(&signed.digest)).await.json();
    assert_eq!(list["manifests"][0]["digest"], json!(signature.digest));

    // Now it is known, for another hour and beyond.
    assert!(is_idle(&stage.run(&stage.engine(), HOUR).await));
    assert_eq!(stage.questions(), 0);
    assert!(is_idle(&stage.run(&stage.engine(), Duration::ZERO).await));
    assert_eq!((stage.questions(), stage.source.count(reads_content)), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_a_list_is_asked_for_it_once_a_day() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(mut stage) = Stage::new().await else { return };
    stage.run(&stage.engine(), Duration::ZERO).await;
    assert_eq!(stage.questions(), 1);
    stage.desk.forget_hosts();
    assert!(is_idle(&stage.run(&stage.engine(), Duration::ZERO).await));
    assert_eq!((stage.questions(), stage.source.records().len()), (0, 4));
    stage.desk.forget_hosts();
    let tomorrow = EngineOptions { clock: || Timestamp::now() + 25 * HOUR, ..stage.desk.options() };
    assert!(is_idle(&stage.run(&stage.desk.engine(tomorrow), Duration::ZERO).await));
    assert_eq!((stage.questions(), stage.source.records().len()), (1, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_to_belong_to_one_platform_of_an_unmoved_image_arrives() {
    let Some(stage) = Stage::new().await else { return };
    stage.run(&stage.engine(), HOUR).await;
    let part = &stage.images[2].root.children[1];
    let signature = workload::tiny(99).root;
    let tag = format!("{}.sig", fallback_tag(&part.digest));
    stage.from.client().push_tree("r", &signature, std::slice::from_ref(&tag)).await.unwrap();
    // Nobody has listed the source's tags to choose among them, and nobody does within the hour.
    assert!(is_idle(&stage.run(&stage.engine(), HOUR).await));
    assert_eq!(stage.source.records().len(), 3);
    let actions = stage.run(&stage.engine(), Duration::ZERO).await;
    assert!(matches!(actions[..], [Action::Skip, Action::Skip, Action::Complete]), "{actions:?}");
    assert_eq!(stage.to.client().manifest("m", &tag).await.bytes, signature.bytes);
    assert!(is_idle(&stage.run(&stage.engine(), HOUR).await));
    assert_eq!(stage.source.count(reads_content), 0);
}

/// Gives the second image a signature and an SBOM, listed under its fallback tag, and cosign's signature and SBOM.
async fn attach(stage: &mut Stage) -> (Tree, Tree) {
    let image = &mut stage.images[1];
    let (signature, sbom) = (referrer(&image.root, SIGNATURE), referrer(&image.root, SBOM));
    image.referrers = vec![signature.clone(), sbom.clone()];
    for (suffix, seed) in [("sig", 97), ("sbom", 98)] {
        image
            .extra_tags
            .push((format!("{}.{suffix}", fallback_tag(&image.root.digest)), workload::tiny(seed).root));
    }
    stage.from.client().push("r", image).await;
    (signature, sbom)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_wanted_kinds_of_what_refers_to_an_image_go_along() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(mut stage) = Stage::new().await else { return };
    let (signature, sbom) = attach(&mut stage).await;
    let cosign = "application/vnd.dev.cosign.artifact.sbom.v1+json";
    stage.types = ArtifactTypes::Only(vec![SBOM.parse().unwrap(), cosign.parse().unwrap()]);
    stage.run(&stage.engine(), HOUR).await;
    let client = stage.to.client();
    let tag = fallback_tag(&stage.images[1].root.digest);
    assert_eq!(client.manifest("m", &sbom.digest).await.bytes, sbom.bytes);
    assert!(client.find_manifest("m", &signature.digest).await.is_none());
    let list = client.manifest("m", &tag).await.json();
    assert_eq!(list["manifests"].as_array().unwrap().len(), 1);
    assert_eq!(list["manifests"][0]["digest"], json!(sbom.digest));
    let mut tags = client.tags("m").await;
    tags.sort();
    assert_eq!(tags, [tag.clone(), format!("{tag}.sbom"), "v0".into(), "v1".into(), "v2".into()]);

    // That the rest is not there is known, and no news.
    assert!(is_idle(&stage.run(&stage.engine(), HOUR).await));
    assert_eq!((stage.source.count(reads_content), stage.target.count(reads_content)), (0, 0));
    // What is wanted from now on arrives.
    stage.types = ArtifactTypes::All;
    let actions = stage.run(&stage.engine(), Duration::ZERO).await;
    assert!(matches!(actions[..], [Action::Skip, Action::Complete, Action::Skip]), "{actions:?}");
    assert_eq!(client.manifest("m", &signature.digest).await.bytes, signature.bytes);
    assert!(client.tags("m").await.contains(&format!("{tag}.sig")));
    assert!(is_idle(&stage.run(&stage.engine(), HOUR).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_is_not_wanted_is_no_news_where_the_source_lists_it() {
    let Some(mut stage) = Stage::new().await else { return };
    let (signature, sbom) = attach(&mut stage).await;
    let image = stage.images[1].root.digest.clone();
    stage.types = ArtifactTypes::Only(vec![SBOM.parse().unwrap()]);
    stage.source.list_referrers(&[(&image, vec![sbom.clone()])]);
    stage.run(&stage.engine(), HOUR).await;
    assert!(stage.to.client().find_manifest("m", &sbom.digest).await.is_some());
    stage.source.list_referrers(&[(&image, vec![signature.clone(), sbom])]);
    assert!(is_idle(&stage.run(&stage.engine(), Duration::ZERO).await));
    assert_eq!(stage.source.count(reads_content), 0);
    assert!(stage.to.client().find_manifest("m", &signature.digest).await.is_none());
}
