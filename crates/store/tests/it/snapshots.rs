//! All there is, written down from the catalogue: with it, and what came since, the catalogue can be made again.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use portolan_catalog::{By, Catalog, ChangeCause, Content, DatabaseLocation, TagRange};
use portolan_oci::{RawManifest, RepositoryName, Tag, TagOrDigest};
use portolan_store::testing::{Losing, UnreliablePower};
use portolan_store::{
    BackendError, CollectOptions, DiskBackend, DiskRecords, Quiet, ReadRecord, Record, RecordKeeper, Reserve,
    Sharing, Snapshot, SnapshotWriter, Store, StoreResult, StoreSettings, Written, rebuild,
};
use serde_json::json;
use tempfile::TempDir;

/// Manifests that there can be.
const NUMBERS: u64 = 20;

struct Bench {
    dir: TempDir,
    catalog: Catalog,
    random: u64,
}

/// What a repository shows: tags, manifests, and what happened to tags.
type Shown = BTreeMap<String, String>;

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = open(dir.path().join("portolan.db")).await;
        Self { dir, catalog, random: 0x2545_f491_4f6c_dd1d }
    }

    fn pick(&mut self, below: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % below
    }

    async fn backend(&self, sharing: Sharing) -> DiskBackend {
        DiskBackend::open(self.dir.path().join("store"), sharing).await.unwrap()
    }

    async fn process(&self) -> Store {
        let backend = self.backend(Sharing::Shared).await;
        let records = DiskRecords::beside(&backend);
        process(&self.catalog, backend, Arc::new(records)).await.unwrap()
    }

    /// What is shown when the database was lost. Nobody may have the store.
    async fn rebuilt(&self) -> Shown {
        let backend = self.backend(Sharing::Alone).await;
        rebuilt(&backend).await
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path().join("store/records")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

async fn open(file: PathBuf) -> Catalog {
    Catalog::open(&DatabaseLocation::SqliteFile(file)).await.unwrap()
}

async fn process(
    catalog: &Catalog,
    backend: DiskBackend,
    records: Arc<dyn RecordKeeper>,
) -> StoreResult<Store> {
    let reserve = Reserve::Bytes(0);
    let settings = StoreSettings { reserve, snapshot_above: 4096, ..StoreSettings::default() };
    Store::open(settings, catalog.content(), Arc::new(backend), records).await
}

async fn rebuilt(backend: &DiskBackend) -> Shown {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(dir.path().join("rebuilt.db")).await;
    let records = DiskRecords::beside(backend);
    let told = rebuild(backend, &records, &catalog.content()).await.unwrap();
    assert_eq!((told.unreadable.len(), told.wrong_manifests.len(), told.lost_tags.len()), (0, 0, 0));
    let shown = shown(&catalog.content()).await;
    catalog.close().await.unwrap();
    shown
}

async fn shown(content: &Content) -> Shown {
    let mut shown = Shown::new();
    for name in content.repositories(None, None).await.unwrap().names {
        let tags = content.tags(&name, &TagRange::default()).await.unwrap().unwrap();
        for tag in tags.tags.to_tags().unwrap() {
            let stat = content.stat_manifest(&name, &tag.clone().into()).await.unwrap().unwrap();
            let last = content.tag_history(&name, &tag, None).await.unwrap().remove(0);
            let event = (last.revision, last.digest, last.at, last.actor);
            shown.insert(format!("{name}:{tag}"), format!("{} {event:?}", stat.digest));
        }
        for number in 0..NUMBERS {
            let digest = *manifest(number).digest();
            let found = content.find_manifest(&name, &TagOrDigest::Digest(digest)).await.unwrap();
            shown.extend(found.map(|found| (format!("{name}@{digest}"), found.media_type.to_string())));
        }
    }
    shown
}

/// Each needs nothing but itself.
fn manifest(number: u64) -> RawManifest {
    let document = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [],
        "annotations": {"number": number.to_string()},
    });
    RawManifest::new(document.to_string().into(), None).unwrap()
}

fn name(number: u64) -> RepositoryName {
    format!("team/app-{number}").parse().unwrap()
}

fn tag(number: u64) -> Tag {
    format!("v{number}").parse().unwrap()
}

async fn push(store: &Store, repository: u64, number: u64, to: u64) -> StoreResult<()> {
    let by = By::new(ChangeCause::Push, "anna");
    store.repository(name(repository)).put_manifest(&manifest(number), &[tag(to)], &by).await.map(drop)
}

async fn delete_tag(store: &Store, repository: u64, to: u64) -> StoreResult<()> {
    let by = By::new(ChangeCause::Delete, "bert");
    store.repository(name(repository)).delete_tag(&tag(to), &by).await.map(drop)
}

async fn delete_manifest(store: &Store, repository: u64, number: u64) -> StoreResult<()> {
    let (by, digest) = (By::new(ChangeCause::Delete, "bert"), *manifest(number).digest());
    store.repository(name(repository)).delete_manifest(&digest, &by).await.map(drop)
}

/// Three processes, which end and begin; snapshots whenever one is due.
#[tokio::test]
async fn after_two_thousand_random_operations_and_many_snapshots_all_comes_back() {
    let mut bench = Bench::new().await;
    let mut processes = [bench.process().await, bench.process().await, bench.process().await];
    let at_once = CollectOptions { keep_history: std::time::Duration::ZERO, ..CollectOptions::default() };
    let (mut snapshots, mut checked) = (0, 0);
    for _ in 0..2000 {
        let which = usize::try_from(bench.pick(3)).unwrap();
        let (repository, number, to) = (bench.pick(3), bench.pick(NUMBERS), bench.pick(6));
        let store = processes[which].clone();
        match bench.pick(60) {
            0..12 => delete_tag(&store, repository, to).await.unwrap(),
            12..24 => delete_manifest(&store, repository, number).await.unwrap(),
            24..27 => {
                let became = store.renew_snapshot().await.unwrap();
                snapshots += u64::from(matches!(became, Snapshot::Written(_)));
            }
            27 => processes[which] = bench.process().await,
            28 => drop(store.collect(&at_once, &Quiet).await.unwrap()),
            _ => push(&store, repository, number, to).await.unwrap(),
        }
        drop(store);
        if bench.pick(400) == 0 {
            drop(processes);
            assert_eq!(bench.rebuilt().await, shown(&bench.catalog.content()).await);
            processes = [bench.process().await, bench.process().await, bench.process().await];
            checked += 1;
        }
    }
    drop(processes);
    assert_eq!(bench.rebuilt().await, shown(&bench.catalog.content()).await);
    assert!(snapshots > 5 && checked > 1, "{snapshots} snapshots, {checked} times checked");
    let files = bench.files();
    assert_eq!(files.iter().filter(|name| name.starts_with("snapshot-")).count(), 2, "{files:?}");
}

#[tokio::test]
async fn what_was_deleted_stays_so_though_a_process_has_the_file_open_that_says_otherwise() {
    let bench = Bench::new().await;
    let (long, other) = (bench.process().await, bench.process().await);
    push(&long, 0, 1, 1).await.unwrap();
    push(&long, 0, 2, 2).await.unwrap();
    delete_manifest(&other, 0, 1).await.unwrap();
    delete_tag(&other, 0, 2).await.unwrap();
    let before = bench.files();
    for _ in 0..3 {
        assert!(matches!(other.write_snapshot().await.unwrap(), Snapshot::Written(_)));
    }
    let files = bench.files();
    assert_eq!(files.iter().filter(|name| before.contains(name)).count(), 1, "the open one stays: {files:?}");
    let expected = shown(&bench.catalog.content()).await;
    assert_eq!(expected.len(), 1, "{expected:?}");
    drop((long, other));
    assert_eq!(bench.rebuilt().await, expected);
}

#[tokio::test]
async fn a_snapshot_is_made_when_it_is_worth_it() {
    let bench = Bench::new().await;
    let store = bench.process().await;
    push(&store, 0, 0, 0).await.unwrap();
    assert_eq!(store.renew_snapshot().await.unwrap(), Snapshot::NotDue);
    for number in 0..NUMBERS {
        push(&store, 0, number, number).await.unwrap();
    }
    let recorded = store.recorded().await.unwrap();
    assert!(recorded.since_snapshot > 4096, "{recorded:?}");
    // The repository, and a manifest and an event of each push.
    assert_eq!(store.renew_snapshot().await.unwrap(), Snapshot::Written(1 + 2 * NUMBERS));
    assert_eq!(store.renew_snapshot().await.unwrap(), Snapshot::NotDue);
    assert_eq!(store.recorded().await.unwrap().since_snapshot, 0);
}

type Meanwhile = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// Records in whose snapshots something happens after each page.
struct Disturbed(DiskRecords, Meanwhile);

struct DisturbedSnapshot(Box<dyn SnapshotWriter>, Meanwhile);

impl fmt::Debug for Disturbed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disturbed").finish_non_exhaustive()
    }
}

#[async_trait]
impl RecordKeeper for Disturbed {
    async fn append(&self, records: Vec<Record>) -> Result<(), BackendError> {
        self.0.append(records).await
    }

    fn read_all(&self) -> BoxStream<'static, Result<ReadRecord, BackendError>> {
        self.0.read_all()
    }

    async fn written(&self) -> Result<Written, BackendError> {
        self.0.written().await
    }

    async fn begin_snapshot(&self) -> Result<Option<Box<dyn SnapshotWriter>>, BackendError> {
        let begun = self.0.begin_snapshot().await?;
        (self.1)().await;
        Ok(begun.map(|writer| Box::new(DisturbedSnapshot(writer, Arc::clone(&self.1))) as _))
    }
}

#[async_trait]
impl SnapshotWriter for DisturbedSnapshot {
    async fn add(&mut self, records: Vec<Record>) -> Result<(), BackendError> {
        self.0.add(records).await?;
        (self.1)().await;
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), BackendError> {
        (self.1)().await;
        self.0.finish().await
    }

    async fn give_up(self: Box<Self>) -> Result<(), BackendError> {
        self.0.give_up().await
    }
}

#[tokio::test]
async fn what_is_committed_while_a_snapshot_is_written_comes_back_too() {
    let bench = Bench::new().await;
    let writer = bench.process().await;
    for number in 0..NUMBERS {
        push(&writer, number % 3, number, number).await.unwrap();
    }
    let (count, store) = (Arc::new(Mutex::new(0_u64)), writer.clone());
    let meanwhile: Meanwhile = Arc::new(move || {
        let mut count = count.lock().unwrap();
        *count += 1;
        let (number, store) = (*count, store.clone());
        Box::pin(async move {
            let repository = number % 3;
            push(&store, repository, (number + 7) % NUMBERS, number % 9).await.unwrap();
            delete_tag(&store, (number + 1) % 3, (number + 3) % NUMBERS).await.unwrap();
            delete_manifest(&store, (number + 2) % 3, number % NUMBERS).await.unwrap();
        })
    });
    let backend = bench.backend(Sharing::Shared).await;
    let records = Disturbed(DiskRecords::beside(&backend), meanwhile);
    let store = process(&bench.catalog, backend, Arc::new(records)).await.unwrap();
    for _ in 0..6 {
        assert!(matches!(store.write_snapshot().await.unwrap(), Snapshot::Written(_)));
    }
    drop((writer, store));
    // The closure has the last clone of the other process.
    assert_eq!(bench.rebuilt().await, shown(&bench.catalog.content()).await);
}

/// Pushes, deletes and writes snapshots, as long as there is power. What was acknowledged last of each tag stands in
/// `done`, and what may or may not have become of it since then.
async fn work(store: &Store, done: &mut BTreeMap<u64, Vec<Option<u64>>>) -> StoreResult<()> {
    for round in 0..3 {
        for (to, number) in [(round, round), (7, round), (8, round + 10)] {
            done.entry(to).or_insert_with(|| vec![None]).push(Some(number));
            push(store, 0, number, to).await?;
            done.insert(to, vec![Some(number)]);
        }
        done.entry(8).or_default().push(None);
        delete_manifest(store, 0, round + 10).await?;
        done.insert(8, vec![None]);
        store.write_snapshot().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_was_acknowledged_comes_back_after_a_cut_before_any_step_of_a_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let whole = UnreliablePower::on(dir.path().join("whole"));
    let catalog = open(dir.path().join("whole.db")).await;
    let backend = whole.open().await.unwrap();
    let records = Arc::new(DiskRecords::beside(&backend));
    let store = process(&catalog, backend, records).await.unwrap();
    let before = whole.steps();
    work(&store, &mut BTreeMap::new()).await.unwrap();
    let steps = whole.steps();
    drop(store);
    catalog.close().await.unwrap();
    for cut in before..=steps {
        let machine = UnreliablePower::on(dir.path().join(cut.to_string()));
        machine.cut_after(cut);
        let catalog = open(dir.path().join(format!("{cut}.db"))).await;
        let backend = machine.open().await.unwrap();
        let records = Arc::new(DiskRecords::beside(&backend));
        let store = process(&catalog, backend, records).await.unwrap();
        let mut done = BTreeMap::new();
        assert_eq!(work(&store, &mut done).await.is_ok(), cut == steps, "cut at {cut}");
        drop(store);
        catalog.close().await.unwrap();
        machine.restart(if cut % 2 == 0 { Losing::Everything } else { Losing::Bytes }).unwrap();
        let shown = rebuilt(&machine.open().await.unwrap()).await;
        for (to, may_be) in &done {
            let named = shown.get(&format!("{}:{}", name(0), tag(*to)));
            let fits = |number: &Option<u64>| match number {
                None => named.is_none(),
                Some(number) => {
                    named.is_some_and(|named| named.starts_with(&manifest(*number).digest().to_string()))
                }
            };
            assert!(may_be.iter().any(fits), "{to} names {named:?}, not {may_be:?}, cut at {cut}");
        }
    }
}
