//! Many small objects: put into packs, read from them, and packs that are worn.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use portolan_catalog::{By, Catalog, ChangeCause, DatabaseLocation, PutManifest};
use portolan_oci::{Algorithm, Descriptor, Digest, MediaType, RawManifest, Verified, Verifier};
use portolan_store::{
    CollectOptions, Collected, Collection, DiskBackend, DiskRecords, Objects, PutMany, Quiet, Reserve,
    Sharing, Store, StoreError, StoreRepository, StoreSettings, VerifyObserver, rebuild,
};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Bench {
    dir: TempDir,
    store: Store,
    app: StoreRepository,
}

struct Nobody;

impl VerifyObserver for Nobody {
    fn checked(&self, _: &Digest, _: u64) {}
}

/// An object of some length, proven.
fn object(seed: usize, algorithm: Algorithm) -> (Verified, Bytes) {
    let bytes: Vec<u8> =
        (0..seed * 37 % 5_000 + 4).map(|at| (at ^ seed ^ (at >> 8)).to_le_bytes()[0]).collect();
    proven(algorithm, [&seed.to_le_bytes()[..], &bytes].concat().into())
}

fn proven(algorithm: Algorithm, bytes: Bytes) -> (Verified, Bytes) {
    let digest = Digest::of(algorithm, &bytes);
    let octets: MediaType = "application/octet-stream".parse().unwrap();
    let verified = Verifier::check(&Descriptor::new(octets, digest, bytes.len() as u64), &bytes).unwrap();
    (verified, bytes)
}

fn objects(seeds: std::ops::Range<usize>) -> Vec<(Verified, Bytes)> {
    seeds
        .map(|seed| object(seed, if seed % 2 == 0 { Algorithm::Sha256 } else { Algorithm::Sha512 }))
        .collect()
}

fn all(objects: &[(Verified, Bytes)]) -> Objects<'static> {
    stream::iter(objects.to_vec()).map(Ok).boxed()
}

fn digests(objects: &[(Verified, Bytes)]) -> Vec<Digest> {
    objects.iter().map(|(verified, _)| *verified.digest()).collect()
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let backend = DiskBackend::open(dir.path().join("store"), Sharing::Shared).await.unwrap();
        let records = DiskRecords::beside(&backend);
        let catalog =
            Catalog::open(&DatabaseLocation::SqliteFile(dir.path().join("portolan.db"))).await.unwrap();
        let settings = StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() };
        let store =
            Store::open(settings, catalog.content(), Arc::new(backend), Arc::new(records)).await.unwrap();
        let app = store.repository("app".parse().unwrap());
        Self { dir, store, app }
    }

    fn packs(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.dir.path().join("store/packs")).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    }

    /// An artifact that needs these objects.
    async fn put_artifact(&self, objects: &[(Verified, Bytes)]) {
        let descriptor = |(verified, _): &(Verified, Bytes)| json!({"mediaType": "application/octet-stream", "digest": verified.digest(), "size": verified.size()});
        let empty = proven(Algorithm::Sha256, Bytes::from_static(b"{}"));
        self.app.put_many(all(std::slice::from_ref(&empty))).await.unwrap();
        let mut config = descriptor(&empty);
        config["mediaType"] = json!("application/vnd.oci.empty.v1+json");
        let raw = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "artifactType": "application/vnd.example",
            "config": config,
            "layers": objects.iter().map(descriptor).collect::<Vec<Value>>(),
        });
        let raw = RawManifest::new(raw.to_string().into(), None).unwrap();
        let by = By::new(ChangeCause::Push, "anna");
        let put = self.app.put_manifest(&raw, &["1".parse().unwrap()], &by).await.unwrap();
        assert!(matches!(put, PutManifest::Stored(_)), "{put:?}");
    }

    async fn collect(&self, options: &CollectOptions) -> Collected {
        match self.store.collect(options, &Quiet).await.unwrap() {
            Collection::Done(collected) => Some(collected),
            Collection::UnderWay => None,
        }
        .unwrap()
    }

    async fn read(&self, wanted: &[Digest]) -> HashMap<Digest, Bytes> {
        let mut read = HashMap::new();
        let mut blobs = self.app.get_many(wanted).await.unwrap();
        while let Some((digest, bytes)) = blobs.try_next().await.unwrap() {
            let pieces: Vec<Bytes> = bytes.into_stream().try_collect().await.unwrap();
            read.insert(digest, pieces.concat().into());
        }
        read
    }

    async fn assert_all_there(&self, objects: &[(Verified, Bytes)]) {
        let read = self.read(&digests(objects)).await;
        assert_eq!(read.len(), objects.len());
        for (verified, bytes) in objects {
            assert_eq!(read[verified.digest()], bytes);
        }
    }
}

#[tokio::test]
async fn small_objects_are_one_pack_and_large_ones_files() {
    let bench = Bench::new().await;
    let mut objects = objects(0..1_000);
    objects.push(proven(Algorithm::Sha256, vec![7; 2 << 20].into()));
    let bytes = objects.iter().map(|(verified, _)| verified.size()).sum();
    let put = bench.app.put_many(all(&objects)).await.unwrap();
    assert_eq!(put, PutMany { written: 1_001, bytes, there: 0 });
    assert_eq!(bench.packs().len(), 1);
    bench.assert_all_there(&objects).await;
    // As a pull reads it.
    let (verified, bytes) = &objects[500];
    let found = bench.app.find_blob(verified.digest()).await.unwrap().unwrap();
    let part = bench.app.read_blob(&found, 2..9).await.unwrap().unwrap();
    let part: Vec<Bytes> = part.into_stream().try_collect().await.unwrap();
    assert_eq!(part.concat(), bytes[2..9]);
    let report = bench.store.verify(None, &Nobody).await.unwrap();
    assert_eq!((report.blobs, report.damaged.len(), report.unread.len()), (1_001, 0, 0));
}

#[tokio::test]
async fn what_is_there_is_linked_and_not_written() {
    let bench = Bench::new().await;
    let objects = objects(0..50);
    bench.app.put_many(all(&objects[..40])).await.unwrap();
    let other = bench.store.repository("other".parse().unwrap());
    assert!(other.find_blob(objects[0].0.digest()).await.unwrap().is_none(), "it may not be read there yet");
    let put = other.put_many(all(&objects)).await.unwrap();
    assert_eq!((put.there, put.written), (40, 10));
    assert!(other.find_blob(objects[0].0.digest()).await.unwrap().is_some());
    assert_eq!(bench.read(&digests(&objects)).await.len(), 40, "the others are not in this repository");
    let put = other.put_many(all(&objects)).await.unwrap();
    assert_eq!((put.there, put.written), (50, 0));
    assert_eq!(bench.packs().len(), 2);
}

#[tokio::test]
async fn what_came_before_a_break_is_there() {
    let bench = Bench::new().await;
    let objects = objects(0..10);
    let broken = all(&objects).chain(stream::once(async { Err("the line is cut".into()) })).boxed();
    let error = bench.app.put_many(broken).await.unwrap_err();
    assert!(matches!(error, StoreError::BrokenOff { .. }), "{error:?}");
    bench.assert_all_there(&objects).await;
    let (verified, _) = object(11, Algorithm::Sha256);
    let lie = stream::iter([Ok((verified, Bytes::from_static(b"other bytes")))]).boxed();
    assert!(bench.app.put_many(lie).await.is_err());
}

#[tokio::test]
async fn a_pack_that_is_more_than_half_dead_is_written_anew() {
    let bench = Bench::new().await;
    let objects = objects(0..300);
    bench.app.put_many(all(&objects)).await.unwrap();
    let before = bench.packs();
    bench.put_artifact(&objects[..100]).await;
    let collected = bench.collect(&CollectOptions::NOW).await;
    assert_eq!((collected.condemned, collected.packs), (200, 1));
    let after = bench.packs();
    assert!(!after.contains(&before[0]), "{after:?}");
    bench.assert_all_there(&objects[..100]).await;
    assert!(bench.read(&digests(&objects[100..])).await.is_empty());
    assert_eq!(bench.collect(&CollectOptions::NOW).await.packs, 0, "what is needed stays where it is");
    assert_eq!(bench.packs().len(), after.len());
    // What is dead is written again when it is wanted again.
    let put = bench.app.put_many(all(&objects)).await.unwrap();
    assert_eq!((put.written, put.there), (200, 100));
    bench.assert_all_there(&objects).await;
    let report = bench.store.verify(None, &Nobody).await.unwrap();
    assert_eq!((report.damaged.len(), report.unread.len()), (0, 0));
}

#[tokio::test]
async fn what_is_damaged_is_not_carried_into_a_new_pack() {
    let bench = Bench::new().await;
    let objects = objects(0..30);
    bench.app.put_many(all(&objects)).await.unwrap();
    let pack = bench.packs().remove(0);
    bench.put_artifact(&objects[..10]).await;
    let mut bytes = fs::read(&pack).unwrap();
    let wrong = &objects[3].1;
    let at = bytes.windows(wrong.len()).position(|window| window == wrong).unwrap();
    bytes[at] ^= 1;
    fs::write(&pack, bytes).unwrap();
    bench.collect(&CollectOptions::NOW).await;
    let left = bench.read(&digests(&objects[..10])).await;
    assert_eq!(left.len(), 9);
    assert!(!left.contains_key(objects[3].0.digest()));
    assert!(!pack.exists());
    bench.app.put_many(all(&objects[3..4])).await.unwrap();
    bench.assert_all_there(&objects[..10]).await;
}

#[tokio::test]
async fn a_pack_that_no_row_names_goes_when_it_is_old() {
    let bench = Bench::new().await;
    let objects = objects(0..3);
    bench.app.put_many(all(&objects)).await.unwrap();
    bench.put_artifact(&objects).await;
    let stray = bench.dir.path().join("store/packs/0f0e0d0c-0b0a-4908-8706-050403020100.pack");
    fs::copy(&bench.packs()[0], &stray).unwrap();
    let later = CollectOptions { unchanged: Duration::from_hours(1), ..CollectOptions::NOW };
    assert_eq!(bench.collect(&later).await.strays, 0, "a writer may be about to commit it");
    assert_eq!(bench.collect(&CollectOptions::NOW).await.strays, 1);
    assert!(!stray.exists());
    bench.assert_all_there(&objects).await;
}

#[tokio::test]
async fn objects_of_rewritten_packs_come_back_without_the_database() {
    let bench = Bench::new().await;
    let objects = objects(0..300);
    bench.app.put_many(all(&objects)).await.unwrap();
    bench.put_artifact(&objects[..100]).await;
    bench.collect(&CollectOptions::NOW).await;
    let Bench { dir, store, app } = bench;
    drop((store, app));
    let backend = DiskBackend::open(dir.path().join("store"), Sharing::Alone).await.unwrap();
    let records = DiskRecords::beside(&backend);
    let catalog = Catalog::open(&DatabaseLocation::SqliteFile(dir.path().join("again.db"))).await.unwrap();
    let rebuilt = rebuild(&backend, &records, &catalog.content()).await.unwrap();
    assert_eq!(rebuilt.packed, 101);
    let settings = StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() };
    let store = Store::open(settings, catalog.content(), Arc::new(backend), Arc::new(records)).await.unwrap();
    let app = store.repository("app".parse().unwrap());
    let bench = Bench { dir, store, app };
    bench.assert_all_there(&objects[..100]).await;
}
