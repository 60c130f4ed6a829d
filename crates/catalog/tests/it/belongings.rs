//! Fingerprints of what belongs to images.

use jiff::Timestamp;
use portolan_catalog::Place;

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(belongings_of_thousands_of_images_are_noted_in_one_write_and_read_over_pages);

async fn belongings_of_thousands_of_images_are_noted_in_one_write_and_read_over_pages(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let before = Timestamp::now().as_microsecond();
    let images: Vec<_> = (0..3_000).map(|number| (digest(number), digest(number / 2))).collect();
    journal.note_belongings(&debian(), &images).await.unwrap();
    assert_eq!(catalog.writer_stats().operations, 1);
    let first = journal.belongings_all(&debian()).await.unwrap();
    assert_eq!(first.len(), 3_000);
    journal.note_belongings(&debian(), &[(digest(7), digest(9_999))]).await.unwrap();
    let again = journal.belongings_all(&debian()).await.unwrap();
    for (image, fingerprint) in &images {
        if *image == digest(7) {
            assert_eq!(again[image].fingerprint, digest(9_999));
            assert!(again[image].checked_at > first[image].checked_at);
        } else {
            assert_eq!(again[image], first[image]);
            assert_eq!(again[image].fingerprint, *fingerprint);
            assert!(again[image].checked_at.as_microsecond() >= before);
        }
    }
    let elsewhere = Place::new("registry.example.com", "base/alpine");
    assert!(journal.belongings_all(&elsewhere).await.unwrap().is_empty());
}
