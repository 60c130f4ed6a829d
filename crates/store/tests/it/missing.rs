//! What was committed and not written down is written down before it is acknowledged, and after a crash.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use portolan_catalog::{By, Catalog, ChangeCause, DatabaseLocation, DeleteTag, PutManifest, TagRange};
use portolan_oci::{Digest, RawManifest, RepositoryName, Tag, TagOrDigest};
use portolan_store::{
    BackendError, DiskBackend, DiskRecords, ReadRecord, Record, RecordKeeper, Reserve, Sharing,
    SnapshotWriter, Store, StoreRepository, StoreSettings, Written, rebuild,
};
use serde_json::json;
use tempfile::TempDir;

/// Records that cannot be written while it is broken.
#[derive(Debug)]
struct Breaking {
    records: DiskRecords,
    broken: AtomicBool,
}

#[async_trait]
impl RecordKeeper for Breaking {
    async fn append(&self, records: Vec<Record>) -> Result<(), BackendError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(BackendError::Full {
                what: "the records".to_owned(),
                cause: std::io::ErrorKind::StorageFull.into(),
            });
        }
        self.records.append(records).await
    }

    fn read_all(&self) -> BoxStream<'static, Result<ReadRecord, BackendError>> {
        self.records.read_all()
    }

    async fn written(&self) -> Result<Written, BackendError> {
        self.records.written().await
    }

    async fn begin_snapshot(&self) -> Result<Option<Box<dyn SnapshotWriter>>, BackendError> {
        self.records.begin_snapshot().await
    }
}

struct Bench {
    dir: TempDir,
    catalog: Catalog,
}

/// One process that has the store.
struct Process {
    store: Store,
    app: StoreRepository,
    records: Arc<Breaking>,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = open(&dir, "portolan.db").await;
        Self { dir, catalog }
    }

    async fn process(&self) -> Process {
        let backend = DiskBackend::open(self.dir.path().join("store"), Sharing::Shared).await.unwrap();
        let records = DiskRecords::beside(&backend);
        let records = Arc::new(Breaking { records, broken: AtomicBool::new(false) });
        let settings = StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() };
        let keeper: Arc<dyn RecordKeeper> = Arc::clone(&records) as _;
        let store = Store::open(settings, self.catalog.content(), Arc::new(backend), keeper).await.unwrap();
        Process { app: store.repository(name()), store, records }
    }

    /// What the tag names, and the tags there are, after the database was lost. Nobody may have the store.
    async fn rebuilt(&self) -> (Option<Digest>, Vec<Tag>) {
        let backend = DiskBackend::open(self.dir.path().join("store"), Sharing::Alone).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let catalog = open(&dir, "rebuilt.db").await;
        rebuild(&backend, &DiskRecords::beside(&backend), &catalog.content()).await.unwrap();
        let named = catalog.content().stat_manifest(&name(), &TagOrDigest::Tag(tag("1"))).await.unwrap();
        let tags = catalog.content().tags(&name(), &TagRange::default()).await.unwrap();
        let tags = tags.map(|page| page.tags.to_tags().unwrap()).unwrap_or_default();
        (named.map(|named| named.digest), tags)
    }
}

impl Process {
    async fn put(&self, manifest: &RawManifest, tags: &[&str]) -> Option<PutManifest> {
        let tags: Vec<Tag> = tags.iter().map(|text| tag(text)).collect();
        self.app.put_manifest(manifest, &tags, &By::new(ChangeCause::Push, "anna")).await.ok()
    }

    async fn delete_tag(&self, text: &str) -> Option<DeleteTag> {
        self.app.delete_tag(&tag(text), &By::new(ChangeCause::Delete, "anna")).await.ok()
    }

    fn break_records(&self) {
        self.records.broken.store(true, Ordering::Relaxed);
    }

    fn mend_records(&self) {
        self.records.broken.store(false, Ordering::Relaxed);
    }
}

async fn open(dir: &TempDir, file: &str) -> Catalog {
    Catalog::open(&DatabaseLocation::SqliteFile(dir.path().join(file))).await.unwrap()
}

fn name() -> RepositoryName {
    "team/app".parse().unwrap()
}

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

/// Each needs nothing but itself.
fn manifest(number: u32) -> RawManifest {
    let document = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [],
        "annotations": {"number": number.to_string()},
    });
    RawManifest::new(document.to_string().into(), None).unwrap()
}

#[tokio::test]
async fn a_push_whose_record_failed_is_recorded_before_it_is_acknowledged() {
    let bench = Bench::new().await;
    let (process, one) = (bench.process().await, manifest(1));
    process.break_records();
    assert_eq!(process.put(&one, &["1", "2"]).await, None);
    assert_eq!(process.put(&one, &["1", "2"]).await, None, "it is in the catalogue, and not yet safe");
    assert_eq!(process.put(&manifest(2), &["3"]).await, None);
    let three = TagOrDigest::Tag(tag("3"));
    assert_eq!(process.app.stat_manifest(&three).await.unwrap(), None, "nothing more is committed");
    process.mend_records();
    assert_eq!(process.put(&one, &["1", "2"]).await, Some(PutManifest::Unchanged));
    process.break_records();
    assert_eq!(process.delete_tag("2").await, None);
    assert_eq!(process.delete_tag("2").await, None);
    process.mend_records();
    assert_eq!(process.delete_tag("2").await, Some(DeleteTag::NotThere));
    drop(process);
    assert_eq!(bench.rebuilt().await, (Some(*one.digest()), vec![tag("1")]));
}

#[tokio::test]
async fn what_a_dead_process_committed_is_recorded_by_the_next_one() {
    let bench = Bench::new().await;
    let (dead, one, two) = (bench.process().await, manifest(1), manifest(2));
    assert!(dead.put(&one, &["1", "2"]).await.is_some());
    dead.break_records();
    assert_eq!(dead.put(&two, &["1"]).await, None);
    let another = bench.process().await;
    another.break_records();
    assert_eq!(another.delete_tag("2").await, None);
    drop((dead, another));
    let changes = bench.catalog.changes();
    let process = bench.process().await;
    let hour = Duration::from_secs(60 * 60);
    assert_eq!(
        process.store.write_missing_records(&changes, hour).await.unwrap(),
        0,
        "it may still be at it"
    );
    // Two manifests, three tags that were set and one that was deleted.
    assert_eq!(process.store.write_missing_records(&changes, Duration::ZERO).await.unwrap(), 6);
    assert_eq!(process.store.write_missing_records(&changes, Duration::ZERO).await.unwrap(), 0);
    assert_eq!(process.put(&two, &["1"]).await, Some(PutManifest::Unchanged));
    drop(process);
    assert_eq!(bench.rebuilt().await, (Some(*two.digest()), vec![tag("1")]));
}

#[tokio::test]
async fn what_a_process_wrote_itself_it_does_not_write_again() {
    let bench = Bench::new().await;
    let process = bench.process().await;
    assert!(process.put(&manifest(1), &["1"]).await.is_some());
    let changes = bench.catalog.changes();
    assert_eq!(process.store.write_missing_records(&changes, Duration::ZERO).await.unwrap(), 0);
    // Another of this host goes on where it was, though it is still there.
    let other = bench.process().await;
    assert!(other.put(&manifest(2), &["2"]).await.is_some());
    assert_eq!(other.store.write_missing_records(&changes, Duration::ZERO).await.unwrap(), 0);
    assert_eq!(process.store.write_missing_records(&changes, Duration::ZERO).await.unwrap(), 0);
    assert!(process.put(&manifest(3), &["3"]).await.is_some());
    assert_eq!(other.store.write_missing_records(&changes, Duration::ZERO).await.unwrap(), 2);
}
