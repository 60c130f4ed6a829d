//! First and last sight of tags.

use jiff::Timestamp;
use portolan_catalog::Place;

use crate::{Scratch, debian, digest};

#[tokio::test]
async fn the_first_sight_of_a_tag_and_digest_stays() {
    let scratch = Scratch::new();
    let before = Timestamp::now().as_microsecond();
    let catalog = scratch.open().await;
    catalog.journal().seen(&debian(), &[("12", digest(1)), ("latest", digest(1))]);
    catalog.close().await.unwrap();
    let between = Timestamp::now().as_microsecond();
    let catalog = scratch.open().await;
    catalog.journal().seen(&debian(), &[("12", digest(2)), ("latest", digest(1))]);
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

#[tokio::test]
async fn thousands_of_tags_are_one_operation() {
    let scratch = Scratch::new();
    let catalog = scratch.open().await;
    let tags: Vec<String> = (0..3_000).map(|number| format!("v{number}")).collect();
    let observations: Vec<_> =
        tags.iter().enumerate().map(|(number, tag)| (tag.as_str(), digest(number))).collect();
    let journal = catalog.journal();
    journal.seen(&debian(), &observations);
    journal.seen(&debian(), &[]);
    journal.unpin_realm("nowhere").await.unwrap();
    assert_eq!(catalog.writer_stats().operations, 3);
    for number in [0, 399, 400, 2_999] {
        let tag = format!("v{number}");
        assert!(journal.first_seen(&debian(), &tag, &digest(number)).await.unwrap().is_some(), "{tag}");
    }
}
