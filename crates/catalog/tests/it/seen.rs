//! First and last sight of tags.

use jiff::Timestamp;
use portolan_catalog::Place;

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(
    the_first_sight_of_a_tag_and_digest_stays,
    thousands_of_tags_are_one_operation,
    a_tag_that_moved_shows_each_digest_and_the_last_one_last,
);

async fn the_first_sight_of_a_tag_and_digest_stays(scratch: &Scratch) {
    let before = Timestamp::now().as_microsecond();
    let catalog = scratch.open().await;
    catalog.journal().note_seen(&debian(), &[("12", digest(1)), ("latest", digest(1))]).await.unwrap();
    catalog.close().await.unwrap();
    let between = Timestamp::now().as_microsecond();
    let catalog = scratch.open().await;
    catalog.journal().note_seen(&debian(), &[("12", digest(2)), ("latest", digest(1))]).await.unwrap();
    catalog.close().await.unwrap();

    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let first = async |tag: &str, number: usize| {
        let time = journal.first_seen(&debian(), tag, &digest(number)).await.unwrap();
        time.map(Timestamp::as_microsecond)
    };
    assert!((before..=between).contains(&first("12", 1).await.unwrap()));
    assert!((before..=between).contains(&first("latest", 1).await.unwrap()));
    assert!(first("12", 2).await.unwrap() >= between);
    assert_eq!(first("latest", 2).await, None);
    let elsewhere = Place::new("registry.example.com", "base/alpine");
    assert_eq!(journal.first_seen(&elsewhere, "12", &digest(1)).await.unwrap(), None);
}

async fn thousands_of_tags_are_one_operation(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let tags: Vec<String> = (0..3_000).map(|number| format!("v{number}")).collect();
    let observations: Vec<_> =
        tags.iter().enumerate().map(|(number, tag)| (tag.as_str(), digest(number))).collect();
    let journal = catalog.journal();
    journal.note_seen(&debian(), &observations).await.unwrap();
    journal.note_seen(&debian(), &[]).await.unwrap();
    assert_eq!(catalog.writer_stats().operations, 2);
    for number in [0, 399, 400, 2_999] {
        let tag = format!("v{number}");
        assert!(journal.first_seen(&debian(), &tag, &digest(number)).await.unwrap().is_some(), "{tag}");
    }
    let all = journal.seen_all(&debian()).await.unwrap();
    assert_eq!(all.len(), 3_000);
    for (number, tag) in tags.iter().enumerate() {
        let named: Vec<_> = all[tag].iter().map(|seen| seen.digest).collect();
        assert_eq!(named, [digest(number)], "{tag}");
    }
}

async fn a_tag_that_moved_shows_each_digest_and_the_last_one_last(scratch: &Scratch) {
    let journal = scratch.open().await.journal();
    for number in [1, 2, 3, 1] {
        let before = Timestamp::now().as_microsecond();
        journal.note_seen(&debian(), &[("12", digest(number))]).await.unwrap();
        let all = journal.seen_all(&debian()).await.unwrap();
        let last = all["12"].last().unwrap();
        assert_eq!(last.digest, digest(number));
        assert!(last.last_seen.as_microsecond() >= before);
    }
    let all = journal.seen_all(&debian()).await.unwrap();
    let order: Vec<_> = all["12"].iter().map(|seen| seen.digest).collect();
    assert_eq!(order, [digest(2), digest(3), digest(1)]);
    let [second, _, first] = all["12"].as_slice() else { panic!("{all:?}") };
    assert!(first.first_seen < second.first_seen);
    assert!(first.first_seen < first.last_seen && second.first_seen == second.last_seen);
    let elsewhere = Place::new("registry.example.com", "base/alpine");
    assert!(journal.seen_all(&elsewhere).await.unwrap().is_empty());
}
