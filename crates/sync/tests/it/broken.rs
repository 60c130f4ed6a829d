//! Ten of five hundred images are broken, each in a way of its own.

use std::collections::BTreeMap;

use futures::{FutureExt as _, StreamExt as _};
use portolan_catalog::RunOutcome;
use portolan_sync::select::{Mirror, Policy};
use portolan_sync::settings::{MirrorSettings, TagSets};
use portolan_sync::{ImageOutcome, RunReport, SyncShare};
use portolan_testkit::image::{Image, Layer, Tree, index_of, media};
use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Record, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::Exhibit;
use serde_json::json;

use crate::desk::Desk;

const ALL: usize = 500;

/// An image, what the source does about it, and what is said then.
struct Broken {
    tag: &'static str,
    image: Tree,
    rule: Rule,
    said: &'static str,
}

/// An image with blobs of its own.
fn own(seed: u64) -> Tree {
    Image::oci().layer(Layer::random(seed, 3_000)).build()
}

/// Happens to each request for the blob.
fn blob(tree: &Tree, nth: usize, action: Action) -> Rule {
    let digest = tree.blobs[nth].digest.clone();
    Rule::new(move |asked: &Asked| asked.gets_blob() && asked.path.ends_with(&digest), action).always()
}

/// Happens to each request for the manifest under this name.
fn manifest(name: &str, action: Action) -> Rule {
    let end = format!("/manifests/{name}");
    Rule::new(move |asked: &Asked| asked.path.ends_with(&end), action).always()
}

fn refuse(status: u16, code: &str) -> Action {
    Action::Answer(Answer::error(status, code))
}

fn ten() -> Vec<Broken> {
    let broken = |tag, image: Tree, rule: fn(&Tree) -> Rule, said| {
        let rule = rule(&image);
        Broken { tag, image, rule, said }
    };
    let index = index_of(media::OCI_INDEX, vec![(own(17), "linux/amd64"), (own(18), "linux/arm64")]);
    let no_json = Answer::status(200).header("content-type", media::OCI_MANIFEST).body("this is no manifest");
    let other = format!("sha256:{}", "0".repeat(64));
    let lie = Action::SetHeader("docker-content-digest".to_owned(), other);
    vec![
        broken(
            "layer-wrong",
            own(1),
            |image| blob(image, 1, Action::CorruptResponseAt(100)),
            "is wrong: it hashes to",
        ),
        broken("layer-gone", own(2), |image| blob(image, 1, refuse(404, "BLOB_UNKNOWN")), "was not found"),
        broken(
            "layer-short",
            own(3),
            |image| blob(image, 1, Action::CutResponseAfter(100)),
            "end of file before message length",
        ),
        broken("layer-denied", own(4), |image| blob(image, 1, refuse(403, "DENIED")), "does not allow blob"),
        broken(
            "config-wrong",
            own(5),
            |image| blob(image, 0, Action::CorruptResponseAt(3)),
            "is wrong: it hashes to",
        ),
        broken("config-gone", own(6), |image| blob(image, 0, refuse(404, "BLOB_UNKNOWN")), "was not found"),
        broken("out-of-order", own(7), |_| manifest("out-of-order", refuse(500, "UNKNOWN")), "answered 500"),
        broken(
            "child-gone",
            index,
            |index| manifest(&index.children[1].digest, refuse(404, "MANIFEST_UNKNOWN")),
            "is incomplete at its source",
        ),
        Broken {
            tag: "no-json",
            image: own(8),
            rule: manifest("no-json", Action::Answer(no_json)),
            said: "manifest is malformed: not a JSON object",
        },
        Broken { tag: "liar", image: own(9), rule: manifest("liar", lie), said: "is wrong: it hashes to" },
    ]
}

/// The whole images have all blobs in common.
fn whole(nth: usize) -> Tree {
    Image::oci().layer(Layer::random(0, 3_000)).annotation("org.example.number", &nth.to_string()).build()
}

async fn push(registry: &Registry, tag: String, image: Tree) {
    let exhibit = Exhibit { tags: vec![tag], ..Exhibit::new("one-of-many", image) };
    registry.client().push("app", &exhibit).await;
}

async fn sync(desk: &Desk, mirror: &Mirror, share: SyncShare<'_>) -> Vec<RunReport> {
    desk.sync(mirror, share).await.unwrap().images
}

/// What is said of each image that failed, by its tag.
fn failed(reports: &[RunReport]) -> BTreeMap<&str, String> {
    let failed = reports.iter().filter_map(|run| match &run.report.targets[0].outcome {
        ImageOutcome::Failed(cause) => {
            let mut text = cause.to_string();
            let mut next = std::error::Error::source(cause);
            while let Some(cause) = next {
                text = format!("{text}: {cause}");
                next = cause.source();
            }
            Some((run.source.rsplit_once(':').unwrap().1, text))
        }
        ImageOutcome::Copied | ImageOutcome::Unchanged => None,
    });
    failed.collect()
}

/// Pushes all five hundred.
async fn fill(from: &Registry, broken: &[Broken]) {
    push(from, "good-0".to_owned(), whole(0)).await;
    let others = (1..ALL - broken.len()).map(|nth| push(from, format!("good-{nth}"), whole(nth)).boxed());
    let bad = broken.iter().map(|one| push(from, one.tag.to_owned(), one.image.clone()).boxed());
    futures::stream::iter(others.chain(bad)).buffer_unordered(16).count().await;
}

fn mirror(source: &Proxy, target: &Proxy) -> Mirror {
    let settings: MirrorSettings = serde_json::from_value(json!({
        "name": "many",
        "source": format!("{}/app", source.host()),
        "targets": [format!("{}/app", target.host())],
    }))
    .unwrap();
    Mirror::new(&settings, &Policy::default(), &TagSets::new()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_of_five_hundred_fail_with_their_causes_and_are_done_alone_when_mended() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    let broken = ten();
    let good = ALL - broken.len();
    fill(&from, &broken).await;
    let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
    let mirror = mirror(&source, &target);
    let mut expected = BTreeMap::new();
    let mut theirs: Vec<String> = Vec::new();
    for Broken { tag, image, rule, said } in broken {
        expected.insert(tag, said);
        theirs.extend(image.bottom_up().into_iter().map(|(manifest, _)| manifest.digest.clone()));
        theirs.push(tag.to_owned());
        source.fault(rule);
    }

    let desk = Desk::new().await;
    let reports = sync(&desk, &mirror, SyncShare::All).await;
    assert_eq!(reports.len(), ALL);
    let said = failed(&reports);
    assert!(said.keys().eq(expected.keys()), "{said:#?}");
    let wrong: Vec<_> = said.iter().filter(|(tag, cause)| !cause.contains(expected[*tag])).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let last = desk.runs().last_run("many").await.unwrap().unwrap();
    assert_eq!(last.ended.unwrap().outcome, RunOutcome::Partly);
    assert_eq!((last.totals.copied, last.totals.failed), (good as u64, 10));
    assert_eq!(to.client().tags("app").await.len(), good);

    source.heal();
    source.clear();
    target.clear();
    let reports = sync(&desk, &mirror, SyncShare::Failed).await;
    assert_eq!(reports.len(), 10);
    assert!(failed(&reports).is_empty());
    let of_others = |record: &Record| {
        let name = record.path.rsplit_once("/manifests/").map(|(_, name)| name);
        name.is_some_and(|name| !theirs.iter().any(|one| one == name))
    };
    for record in source.records().iter().chain(&target.records()) {
        assert!(!of_others(record), "{}", record.line());
    }
    assert_eq!(to.client().tags("app").await, from.client().tags("app").await);
    for tag in expected.keys() {
        to.client().check_image("app", tag).await.unwrap();
    }
}
