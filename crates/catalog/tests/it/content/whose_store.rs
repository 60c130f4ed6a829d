//! Which store the content is of.

use std::time::Duration;

use portolan_catalog::{Content, HoldStore, RenewStore, StoreHost, StoreLease};

use super::Bench;
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(the_first_to_say_whose_catalogue_it_is_decides);
on_each_database!(one_host_has_the_store_until_its_lease_is_over);

async fn the_first_to_say_whose_catalogue_it_is_decides(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let uuids = ["0f3f6f0e-0000-4000-8000-000000000001", "0f3f6f0e-0000-4000-8000-000000000002"];
    assert_eq!(bench.content.whose_store().await.unwrap(), None);
    assert_eq!(bench.content.claim_for_store(uuids[0]).await.unwrap(), uuids[0]);
    assert_eq!(bench.content.claim_for_store(uuids[1]).await.unwrap(), uuids[0]);
    assert_eq!(bench.content.whose_store().await.unwrap().as_deref(), Some(uuids[0]));
}

const HOUR: Duration = Duration::from_secs(60 * 60);

fn host(boot: &str, machine: &str) -> StoreHost {
    StoreHost { boot: boot.to_owned(), machine: machine.to_owned() }
}

async fn hold(content: &Content, host: &StoreHost, lasts: Duration) -> Option<StoreLease> {
    match content.hold_store(host, lasts).await.unwrap() {
        HoldStore::Held(lease) => Some(lease),
        HoldStore::Elsewhere { .. } => None,
        HoldStore::NoStore => panic!("it was claimed"),
    }
}

/// A lease that lasts no time is over as soon as it is taken.
async fn one_host_has_the_store_until_its_lease_is_over(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let content = &bench.content;
    let (one, other) = (host("boot 1", "one"), host("boot 2", "other"));
    assert_eq!(content.hold_store(&one, HOUR).await.unwrap(), HoldStore::NoStore);
    content.claim_for_store("0f3f6f0e-0000-4000-8000-000000000001").await.unwrap();

    let lease = hold(content, &one, HOUR).await.unwrap();
    // Another process, another container, and the same machine after it was started anew.
    for same in [one.clone(), host("boot 1", "container"), host("boot 1", "one"), host("boot 3", "one")] {
        assert_eq!(hold(content, &same, HOUR).await.as_ref(), Some(&lease), "{same:?}");
    }
    match content.hold_store(&other, HOUR).await.unwrap() {
        HoldStore::Elsewhere { machine, until } => {
            assert_eq!(machine, "one");
            assert!(until > jiff::Timestamp::now());
        }
        held => panic!("{held:?}"),
    }
    assert_eq!(content.renew_store(&lease).await.unwrap(), RenewStore::Renewed);

    // It is over, but nobody has taken the store: it goes on.
    let over = hold(content, &one, Duration::ZERO).await.unwrap();
    assert_eq!(content.renew_store(&lease).await.unwrap(), RenewStore::Renewed);
    assert_eq!(hold(content, &other, HOUR).await, None);
    assert_eq!(content.renew_store(&over).await.unwrap(), RenewStore::Renewed);

    let taken = hold(content, &other, HOUR).await.unwrap();
    assert_ne!(taken, lease);
    let lost = RenewStore::Lost { machine: "other".to_owned() };
    assert_eq!(content.renew_store(&lease).await.unwrap(), lost);
    assert_eq!(hold(content, &one, HOUR).await, None);
    assert_eq!(content.renew_store(&taken).await.unwrap(), RenewStore::Renewed);
}
