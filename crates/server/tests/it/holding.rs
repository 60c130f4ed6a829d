//! A daemon whose host lost the store.

use std::time::Duration;

use http::Method;
use portolan_catalog::{HoldStore, StoreHost};

use crate::Door;
use crate::door::on_each_database;

on_each_database!(it_is_not_ready_and_takes_nothing);

async fn it_is_not_ready_and_takes_nothing(door: &Door) {
    let digest = door.push_blob("a", b"there").await;
    assert_eq!(door.get("/readyz").await.status(), 200);

    // As if this host had slept for longer than its lease.
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let this = StoreHost { boot: boot.trim().to_owned(), machine: "this".to_owned() };
    let other = StoreHost { boot: "other".to_owned(), machine: "other".to_owned() };
    for (host, lasts) in [(this, Duration::ZERO), (other, Duration::from_secs(3600))] {
        let held = door.content().hold_store(&host, lasts).await.unwrap();
        assert!(matches!(held, HoldStore::Held(_)), "{held:?}");
    }
    assert!(door.store().renew_hold().await.is_err());

    let ready = door.get("/readyz").await;
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.unwrap().starts_with("not ready: other has taken the store over"));
    let begun = door.ask(Method::POST, "/v2/a/blobs/uploads/").send().await.unwrap();
    assert_eq!(begun.status(), 503);
    let mount = format!("/v2/b/blobs/uploads/?mount={digest}&from=a");
    assert_eq!(door.ask(Method::POST, &mount).send().await.unwrap().status(), 503);
    assert_eq!(door.delete(&format!("/v2/a/blobs/{digest}")).await.status(), 503);
    assert_eq!(door.get(&format!("/v2/a/blobs/{digest}")).await.status(), 200);
    let records = "portolan_store_records_bytes 0";
    assert!(door.get("/metrics").await.text().await.unwrap().contains(records));
}
