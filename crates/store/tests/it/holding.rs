//! One host at a time has the store.

use std::sync::Arc;
use std::time::Duration;

use portolan_catalog::{By, Catalog, ChangeCause, DatabaseLocation, HoldStore, PutManifest, StoreHost};
use portolan_oci::{Algorithm, RawManifest};
use portolan_store::{
    DiskBackend, DiskRecords, Proof, Quiet, Reserve, Sharing, Store, StoreError, StoreResult, StoreSettings,
};
use tempfile::TempDir;

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn open(dir: &TempDir, catalog: &Catalog) -> StoreResult<Store> {
    let backend = DiskBackend::open(dir.path().join("store"), Sharing::Shared).await.unwrap();
    let records = Arc::new(DiskRecords::beside(&backend));
    let settings = StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() };
    Store::open(settings, catalog.content(), Arc::new(backend), records).await
}

async fn put(store: &Store) -> StoreResult<PutManifest> {
    let document =
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
    let raw = RawManifest::new(document.into(), None).unwrap();
    let repository = store.repository("team/app".parse().unwrap());
    repository.put_manifest(&raw, &["1".parse().unwrap()], &By::new(ChangeCause::Push, "anna")).await
}

/// Another host than this one.
fn other() -> StoreHost {
    StoreHost { boot: "other boot".to_owned(), machine: "other (1234)".to_owned() }
}

/// Lets the lease be over that is in the catalogue now, whoever has it.
async fn end_lease(catalog: &Catalog, host: &StoreHost) {
    let over = catalog.content().hold_store(host, Duration::ZERO).await.unwrap();
    assert!(matches!(over, HoldStore::Held(_)), "{over:?}");
}

/// The host that these tests run on, by the boot that the kernel says it has.
fn this() -> StoreHost {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    StoreHost { boot: boot.trim().to_owned(), machine: "this".to_owned() }
}

#[tokio::test]
async fn processes_of_one_host_share_it_and_another_host_waits_for_the_end_of_its_lease() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(&DatabaseLocation::SqliteFile(dir.path().join("portolan.db"))).await.unwrap();
    let (one, two) = (open(&dir, &catalog).await.unwrap(), open(&dir, &catalog).await.unwrap());
    put(&one).await.unwrap();
    one.renew_hold().await.unwrap();
    two.renew_hold().await.unwrap();
    two.check().await.unwrap();
    let refused = catalog.content().hold_store(&other(), HOUR).await.unwrap();
    assert!(matches!(refused, HoldStore::Elsewhere { .. }), "{refused:?}");

    end_lease(&catalog, &this()).await;
    assert!(matches!(catalog.content().hold_store(&other(), HOUR).await.unwrap(), HoldStore::Held(_)));
    let error = open(&dir, &catalog).await.unwrap_err();
    assert!(matches!(error, StoreError::HeldElsewhere { .. }), "{error:?}");
    assert!(error.to_string().starts_with("other (1234) has the store, until 2"), "{error}");

    end_lease(&catalog, &other()).await;
    let again = open(&dir, &catalog).await.unwrap();
    put(&again).await.unwrap();
    catalog.close().await.unwrap();
}

#[tokio::test]
async fn a_process_whose_host_lost_the_store_writes_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(&DatabaseLocation::SqliteFile(dir.path().join("portolan.db"))).await.unwrap();
    let store = open(&dir, &catalog).await.unwrap();
    end_lease(&catalog, &this()).await;
    assert!(matches!(catalog.content().hold_store(&other(), HOUR).await.unwrap(), HoldStore::Held(_)));
    let lost = |result: StoreResult<()>| match result.unwrap_err() {
        StoreError::TakenOver { machine } => assert_eq!(machine, "other (1234)"),
        error => panic!("{error:?}"),
    };
    lost(store.renew_hold().await);
    lost(store.check().await);
    lost(put(&store).await.map(drop));
    let app = store.repository("team/app".parse().unwrap());
    lost(app.begin_upload("anna", Proof::Hashing(Algorithm::Sha256)).await.map(drop));
    lost(store.collect(store.collection(), &Quiet).await.map(drop));
    lost(store.write_snapshot().await.map(drop));
    // Also when the other one is gone: what is in memory here is of another time.
    end_lease(&catalog, &other()).await;
    lost(store.renew_hold().await);
    open(&dir, &catalog).await.unwrap().check().await.unwrap();
    catalog.close().await.unwrap();
}
