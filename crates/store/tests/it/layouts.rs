//! Layouts of repositories: when they are written, and what they have.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use portolan_catalog::{By, Catalog, ChangeCause, Changes, DatabaseLocation};
use portolan_oci::{Algorithm, Digest, RawManifest};
use portolan_store::{
    DiskBackend, DiskLayouts, DiskRecords, Proof, Reserve, Sent, Sharing, Store, StoreSettings,
    VerifyObserver,
};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Bench {
    dir: TempDir,
    store: Store,
    changes: Changes,
    layouts: DiskLayouts,
}

struct Nobody;

impl VerifyObserver for Nobody {
    fn checked(&self, _: &Digest, _: u64) {}
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let backend = DiskBackend::open(dir.path().join("store"), Sharing::Shared).await.unwrap();
        let (records, layouts) = (DiskRecords::beside(&backend), DiskLayouts::beside(&backend));
        let catalog =
            Catalog::open(&DatabaseLocation::SqliteFile(dir.path().join("portolan.db"))).await.unwrap();
        let settings = StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() };
        let (content, changes) = (catalog.content(), catalog.changes());
        let store = Store::open(settings, content, Arc::new(backend), Arc::new(records)).await.unwrap();
        Self { dir, store, changes, layouts }
    }

    fn by() -> By {
        By::new(ChangeCause::Push, "anna")
    }

    async fn push_blob(&self, repository: &str, bytes: &'static str) -> Value {
        let (at, digest) =
            (self.store.repository(repository.parse().unwrap()), Digest::sha256(bytes.as_bytes()));
        let upload = at.begin_upload("anna", Proof::Hashing(Algorithm::Sha256)).await.unwrap();
        let sent = Sent { at: None, bytes: stream::iter([Ok(Bytes::from_static(bytes.as_bytes()))]).boxed() };
        at.finish_upload(&upload, sent, &digest).await.unwrap();
        json!({"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": bytes.len()})
    }

    async fn push(&self, repository: &str, tag: &str, bytes: &'static str) {
        let config = self.push_blob(repository, bytes).await;
        let raw = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config,
            "layers": [],
        });
        let raw = RawManifest::new(raw.to_string().into(), None).unwrap();
        let at = self.store.repository(repository.parse().unwrap());
        at.put_manifest(&raw, &[tag.parse().unwrap()], &Self::by()).await.unwrap();
    }

    async fn delete_tag(&self, repository: &str, tag: &str) {
        let at = self.store.repository(repository.parse().unwrap());
        at.delete_tag(&tag.parse().unwrap(), &Self::by()).await.unwrap();
    }

    async fn renew(&self) -> u64 {
        self.store.renew_layouts(&self.changes, &self.layouts).await.unwrap()
    }

    fn layout(&self, repository: &str) -> PathBuf {
        self.dir.path().join("store/layouts").join(repository).join("_layout")
    }

    /// The tags of a layout, and what its blobs say.
    fn read(&self, repository: &str) -> (Vec<String>, Vec<String>) {
        let layout = self.layout(repository);
        assert_eq!(fs::read(layout.join("oci-layout")).unwrap(), br#"{"imageLayoutVersion":"1.0.0"}"#);
        let index: Value = serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
        let tag = |one: &Value| {
            one["annotations"]["org.opencontainers.image.ref.name"].as_str().unwrap().to_owned()
        };
        let tags = index["manifests"].as_array().unwrap().iter().map(tag).collect();
        let mut blobs = Vec::new();
        for blob in fs::read_dir(layout.join("blobs/sha256")).unwrap() {
            let blob = blob.unwrap();
            let bytes = fs::read(blob.path()).unwrap();
            assert_eq!(Digest::sha256(&bytes).encoded().as_str(), blob.file_name());
            blobs.push(String::from_utf8(bytes).unwrap());
        }
        blobs.retain(|text| !text.starts_with('{'));
        blobs.sort();
        (tags, blobs)
    }
}

#[tokio::test]
async fn each_repository_that_changed_is_written_once() {
    let bench = Bench::new().await;
    assert_eq!(bench.renew().await, 0);
    bench.push("a", "1", "one").await;
    bench.push("a", "2", "two").await;
    bench.push("a/b", "1", "one").await;
    assert_eq!(bench.renew().await, 2);
    assert_eq!(bench.renew().await, 0);
    assert_eq!(
        bench.read("a"),
        (vec!["1".to_owned(), "2".to_owned()], vec!["one".to_owned(), "two".to_owned()])
    );
    assert_eq!(bench.read("a/b"), (vec!["1".to_owned()], vec!["one".to_owned()]));
    // Only what tags need is kept.
    bench.push("a", "1", "three").await;
    bench.delete_tag("a", "2").await;
    assert_eq!(bench.renew().await, 1);
    assert_eq!(bench.read("a"), (vec!["1".to_owned()], vec!["three".to_owned()]));
    bench.delete_tag("a", "1").await;
    bench.renew().await;
    assert!(!bench.layout("a").exists());
    bench.delete_tag("a/b", "1").await;
    bench.renew().await;
    assert!(!bench.dir.path().join("store/layouts/a").exists());
}

#[tokio::test]
async fn all_are_written_when_nobody_knows_what_has_changed() {
    let mut bench = Bench::new().await;
    for repository in ["a", "b", "c"] {
        bench.push(repository, "1", "one").await;
    }
    bench.renew().await;
    bench.store.forget_layouts(&bench.changes).await.unwrap();
    bench.delete_tag("b", "1").await;
    fs::remove_dir_all(bench.layout("c")).unwrap();
    // Another process, which begins anew.
    let backend = DiskBackend::open(bench.dir.path().join("store"), Sharing::Shared).await.unwrap();
    bench.layouts = DiskLayouts::beside(&backend);
    assert_eq!(bench.renew().await, 3);
    assert_eq!(bench.read("a"), bench.read("c"));
    assert!(!bench.layout("b").exists(), "it has no tags any more");
}

#[tokio::test]
async fn one_that_cannot_be_written_holds_up_no_other_and_is_tried_again() {
    let bench = Bench::new().await;
    bench.push("a", "1", "one").await;
    bench.push("b", "1", "one").await;
    fs::create_dir_all(bench.dir.path().join("store/layouts")).unwrap();
    fs::write(bench.dir.path().join("store/layouts/a"), "in the way").unwrap();
    assert_eq!(bench.renew().await, 2);
    assert_eq!(bench.read("b").1, ["one"]);
    fs::remove_file(bench.dir.path().join("store/layouts/a")).unwrap();
    assert_eq!(bench.renew().await, 1);
    assert_eq!(bench.read("a").1, ["one"]);
    assert_eq!(bench.renew().await, 0);
}

#[tokio::test]
async fn a_blob_that_was_written_anew_is_linked_anew() {
    let bench = Bench::new().await;
    bench.push("a", "1", "one").await;
    bench.renew().await;
    let digest = Digest::sha256(b"one");
    fs::write(bench.dir.path().join("store/blobs/sha256").join(digest.encoded()), "eno").unwrap();
    assert_eq!(bench.store.verify(None, &Nobody).await.unwrap().damaged.len(), 1);
    bench.push_blob("a", "one").await;
    bench.push("a", "2", "one").await;
    bench.renew().await;
    assert_eq!(bench.read("a").1, ["one"]);
}
