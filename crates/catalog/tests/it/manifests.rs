//! What is true of manifests for ever.

use portolan_oci::MediaType;

use crate::scratch::on_each_database;
use crate::{Scratch, digest};

on_each_database!(
    the_images_of_thousands_of_manifests_are_noted_once_and_found,
    the_kinds_of_thousands_of_images_are_noted_in_one_write,
    what_a_rule_makes_of_thousands_of_images_is_read_over_pages,
);

async fn the_images_of_thousands_of_manifests_are_noted_once_and_found(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let pairs: Vec<_> = (0..3_000).map(|child| (digest(child), digest(10_000 + child / 2))).collect();
    journal.note_children(&pairs).await.unwrap();
    // One that is known already is no mistake, and a manifest may be in two images.
    journal.note_children(&[pairs[7], (digest(7), digest(99_999))]).await.unwrap();
    assert_eq!(catalog.writer_stats().operations, 2);
    let asked: Vec<_> = (0..3_001).map(digest).collect();
    let parents = journal.parents_of(&asked).await.unwrap();
    assert_eq!(parents.len(), 3_000);
    assert_eq!(parents[&digest(8)], [digest(10_004)]);
    let mut two = parents[&digest(7)].clone();
    two.sort();
    let mut wanted = vec![digest(10_003), digest(99_999)];
    wanted.sort();
    assert_eq!(two, wanted);
}

async fn the_kinds_of_thousands_of_images_are_noted_in_one_write(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let kind =
        |number: usize| -> MediaType { format!("application/vnd.example.kind{number}").parse().unwrap() };
    let images: Vec<_> =
        (0..3_000).map(|number| (digest(number), (0..number % 3).map(kind).collect::<Vec<_>>())).collect();
    journal.note_kinds(&images).await.unwrap();
    assert_eq!(catalog.writer_stats().operations, 1);
    let asked: Vec<_> = (0..4_000).map(digest).collect();
    let kinds = journal.kinds_of(&asked).await.unwrap();
    assert_eq!(kinds, images.into_iter().collect());
}

async fn what_a_rule_makes_of_thousands_of_images_is_read_over_pages(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let images: Vec<_> = (0..3_000).map(|number| (digest(number), digest(number + 5_000))).collect();
    let (rule, other) = (digest(77_777), digest(88_888));
    journal.note_rewritten(&rule, &images).await.unwrap();
    journal.note_rewritten(&other, &[(digest(1), digest(1)), images[2]]).await.unwrap();
    journal.note_rewritten(&other, &[images[2]]).await.unwrap();
    assert_eq!(journal.rewritten_all(&rule).await.unwrap(), images.iter().copied().collect());
    let others = journal.rewritten_all(&other).await.unwrap();
    assert_eq!(others, [(digest(1), digest(1)), images[2]].into());
}
