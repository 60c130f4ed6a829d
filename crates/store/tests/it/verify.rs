//! Wrong bytes are found, taken away from readers, and what they break is told.

use std::fs;
use std::num::NonZeroU64;
use std::sync::Mutex;

use bytes::Bytes;
use portolan_catalog::{
    BlobPlace, BlobToWrite, By, Catalog, ChangeCause, Children, DatabaseLocation, NewBlob, NewManifest,
};
use portolan_oci::{Digest, RawManifest, RepositoryName};
use portolan_store::{
    BlobBackend as _, BlobKey, DiskBackend, DiskRecords, Sharing, StoreId, VerifyObserver, VerifyReport,
    VerifyStoreError, Wrong, verify,
};
use serde_json::json;
use tempfile::TempDir;

struct Bench {
    dir: TempDir,
    backend: DiskBackend,
    records: DiskRecords,
    catalog: Catalog,
    app: RepositoryName,
}

#[derive(Default)]
struct Seen(Mutex<Vec<Digest>>);

impl VerifyObserver for Seen {
    fn checked(&self, blob: &Digest, _: u64) {
        self.0.lock().unwrap().push(*blob);
    }
}

fn large(byte: u8) -> Bytes {
    Bytes::from(vec![byte; 5_000_000])
}

impl Bench {
    /// A store with an image `team/app:1.0` of two blobs, and one blob in a pack.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let backend = DiskBackend::open(dir.path().join("store"), Sharing::Shared).await.unwrap();
        backend.set_identity(&StoreId::random()).await.unwrap();
        let records = DiskRecords::beside(&backend);
        let database = DatabaseLocation::SqliteFile(dir.path().join("portolan.db"));
        let catalog = Catalog::open(&database).await.unwrap();
        let bench = Self { dir, backend, records, catalog, app: "team/app".parse().unwrap() };
        let config = bench.commit(&Bytes::from_static(b"config")).await;
        let layer = bench.commit(&large(1)).await;
        bench.commit_packed(Bytes::from_static(b"packed")).await;
        let raw = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config,
            "layers": [layer],
        });
        let raw = RawManifest::new(raw.to_string().into(), None).unwrap();
        let tags = vec!["1.0".parse().unwrap()];
        let new = NewManifest { raw, tags, children: Children::Required };
        let by = By::new(ChangeCause::Push, "anna");
        bench.catalog.content().put_manifest(&bench.app, &new, &by).await.unwrap();
        bench
    }

    async fn commit(&self, bytes: &Bytes) -> serde_json::Value {
        let key = BlobKey { digest: Digest::sha256(bytes), generation: 0 };
        let placed = self.backend.put(&key, bytes.clone()).await.unwrap();
        self.row(key.digest, bytes.len(), BlobPlace::File { generation: 0 }).await;
        drop(placed);
        json!({"mediaType": "application/octet-stream", "digest": key.digest, "size": bytes.len()})
    }

    async fn commit_packed(&self, bytes: Bytes) {
        let (digest, length) = (Digest::sha256(&bytes), bytes.len());
        let mut pack = self.backend.begin_pack().await.unwrap();
        pack.add(vec![(digest, bytes)]).await.unwrap();
        let sealed = pack.seal().await.unwrap();
        let place = BlobPlace::Packed { pack: sealed.name, offset: sealed.entries[0].offset };
        self.row(digest, length, place).await;
    }

    async fn row(&self, digest: Digest, size: usize, place: BlobPlace) {
        let blob = NewBlob { digest, size: size as u64, place: Some(place) };
        self.catalog.content().commit_blobs(&self.app, vec![blob], None).await.unwrap();
    }

    async fn verify(&self, after: Option<Digest>) -> Result<VerifyReport, VerifyStoreError> {
        let content = self.catalog.content();
        let rate = NonZeroU64::new(10_000_000_000);
        verify((&self.backend, &self.records, &content), after, rate, &Seen::default()).await
    }

    fn file(&self, content: &[u8]) -> std::path::PathBuf {
        self.dir.path().join("store/blobs/sha256").join(Digest::sha256(content).encoded())
    }
}

#[tokio::test]
async fn what_is_right_stays_as_it_is() {
    let bench = Bench::new().await;
    let seen = Seen::default();
    let content = bench.catalog.content();
    let report = verify((&bench.backend, &bench.records, &content), None, None, &seen).await.unwrap();
    assert_eq!((report.blobs, report.bytes), (3, 5_000_012));
    assert!(report.damaged.is_empty() && report.unread.is_empty(), "{report:?}");
    let seen = seen.0.into_inner().unwrap();
    assert!(seen.is_sorted() && seen.len() == 3);
    // It goes on where it was.
    assert_eq!(bench.verify(Some(seen[0])).await.unwrap().blobs, 2);
    assert_eq!(bench.verify(Some(seen[2])).await.unwrap().blobs, 0);
}

#[tokio::test]
async fn one_wrong_bit_is_found_set_aside_and_told() {
    let bench = Bench::new().await;
    let layer = large(1);
    let mut wrong = layer.to_vec();
    wrong[4_999_999] ^= 1;
    fs::write(bench.file(&layer), &wrong).unwrap();
    let report = bench.verify(None).await.unwrap();
    let [damaged] = report.damaged.as_slice() else { panic!("{report:?}") };
    assert_eq!(damaged.key, BlobKey { digest: Digest::sha256(&layer), generation: 0 });
    assert_eq!(damaged.wrong, Wrong::Hash(Digest::sha256(&wrong)));
    let tags: Vec<_> = damaged.breaks.iter().map(|broken| (&broken.repository, broken.tag.clone())).collect();
    assert_eq!(tags, [(&bench.app, Some("1.0".parse().unwrap()))]);
    assert!(!bench.file(&layer).exists());
    // For readers it is not there, and whoever pushes it writes it anew.
    let content = bench.catalog.content();
    assert_eq!(content.find_blob(&bench.app, &damaged.key.digest).await.unwrap(), None);
    let to_write = content.blob_to_write(&damaged.key.digest).await.unwrap();
    assert_eq!(to_write, BlobToWrite::Absent { generation: 1 });
    assert!(bench.verify(None).await.unwrap().damaged.is_empty(), "once is enough");
}

#[tokio::test]
async fn what_is_missing_or_cut_off_is_damaged_too() {
    let bench = Bench::new().await;
    fs::remove_file(bench.file(b"config")).unwrap();
    fs::write(bench.file(&large(1)), b"short").unwrap();
    let packs = bench.dir.path().join("store/packs");
    let pack = fs::read_dir(packs).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&pack).unwrap();
    bytes[24] ^= 1;
    fs::write(&pack, bytes).unwrap();
    let report = bench.verify(None).await.unwrap();
    let mut wrong: Vec<_> = report.damaged.iter().map(|damaged| damaged.wrong).collect();
    wrong.sort_by_key(|wrong| format!("{wrong:?}"));
    assert!(matches!(wrong.as_slice(), [Wrong::Hash(_), Wrong::Missing, Wrong::Short]), "{wrong:?}");
}

/// A disk that is not mounted is no damage.
#[tokio::test]
async fn without_its_store_json_nothing_is_marked() {
    let bench = Bench::new().await;
    fs::remove_file(bench.file(b"config")).unwrap();
    let json = bench.dir.path().join("store/store.json");
    let text = fs::read(&json).unwrap();
    fs::remove_file(&json).unwrap();
    assert!(matches!(bench.verify(None).await, Err(VerifyStoreError::NoStore)));
    fs::write(&json, text).unwrap();
    assert_eq!(bench.verify(None).await.unwrap().damaged.len(), 1);
}
