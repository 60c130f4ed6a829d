//! Blobs: seen, listed, forgotten, found elsewhere on a host.

use std::collections::{HashMap, HashSet};

use portolan_catalog::{Journal, Place};
use portolan_oci::{Algorithm, Digest};
use proptest::prelude::*;

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(
    blobs_are_remembered_by_place_and_forgotten_one_by_one_or_all,
    many_blobs_come_over_many_pages,
    the_three_latest_repositories_of_a_host_are_named_for_a_mount,
);

/// Waits until the hints given so far are written: a write is never done before a hint given earlier.
async fn settle(journal: &Journal) {
    journal.unpin_realm("nowhere").await.unwrap();
}

async fn blobs_are_remembered_by_place_and_forgotten_one_by_one_or_all(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let alpine = Place::new("registry.example.com", "base/alpine");
    for number in 0..3 {
        journal.blob_seen(&debian(), &digest(number));
        journal.blob_seen(&debian(), &digest(number));
    }
    journal.blob_seen(&alpine, &digest(0));
    journal.forget_blob(&debian(), &digest(1));
    journal.forget_blob(&Place::new("never", "heard of"), &digest(1));
    settle(&journal).await;
    assert_eq!(journal.blobs_at(&debian()).await.unwrap(), HashSet::from([digest(0), digest(2)]));
    journal.forget_blobs(&debian()).await.unwrap();
    assert_eq!(journal.blobs_at(&debian()).await.unwrap(), HashSet::new());
    assert_eq!(journal.blobs_at(&alpine).await.unwrap(), HashSet::from([digest(0)]));
    assert_eq!(catalog.writer_stats().failed, 0);
}

async fn many_blobs_come_over_many_pages(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    for number in 0..4_500 {
        journal.blob_seen(&debian(), &digest(number));
        if number % 500 == 0 {
            settle(&journal).await;
        }
    }
    settle(&journal).await;
    assert_eq!(catalog.writer_stats().dropped_hints, 0);
    let expected: HashSet<Digest> = (0..4_500).map(digest).collect();
    assert_eq!(journal.blobs_at(&debian()).await.unwrap(), expected);
}

async fn the_three_latest_repositories_of_a_host_are_named_for_a_mount(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    for repository in ["e", "d", "c", "b", "a"] {
        journal.blob_seen(&Place::new("one.example", repository), &digest(1));
        settle(&journal).await;
    }
    journal.blob_seen(&Place::new("one.example", "only"), &digest(2));
    journal.blob_seen(&Place::new("other.example", "x"), &digest(3));
    settle(&journal).await;
    let mut asked: Vec<Digest> = (10..1_500).map(digest).collect();
    asked.extend([digest(1), digest(2), digest(3)]);
    let expected = HashMap::from([
        (digest(1), vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]),
        (digest(2), vec!["only".to_owned()]),
    ]);
    assert_eq!(journal.places_with("one.example", &asked).await.unwrap(), expected);
    assert_eq!(journal.places_with("one.example", &[]).await.unwrap(), HashMap::new());
}

fn any_digest() -> impl Strategy<Value = Digest> {
    let algorithm = prop_oneof![Just(Algorithm::Sha256), Just(Algorithm::Sha512)];
    (algorithm, any::<u64>()).prop_map(|(algorithm, seed)| Digest::of(algorithm, &seed.to_be_bytes()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn digests_come_back_as_they_went_in(digests in prop::collection::hash_set(any_digest(), 0..50)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read = runtime.block_on(async {
            let scratch = Scratch::sqlite();
            let catalog = scratch.open().await;
            for digest in &digests {
                catalog.journal().blob_seen(&debian(), digest);
            }
            catalog.close().await.unwrap();
            let catalog = scratch.open().await;
            catalog.journal().blobs_at(&debian()).await.unwrap()
        });
        prop_assert_eq!(read, digests);
    }
}
