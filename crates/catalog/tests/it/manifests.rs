//! What is true of manifests for ever.

use crate::{Scratch, digest};

#[tokio::test]
async fn the_images_of_thousands_of_manifests_are_noted_once_and_found() {
    let scratch = Scratch::new();
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
