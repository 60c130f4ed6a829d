//! What was pushed is told to those who follow.

use std::time::Duration;

use portolan_catalog::{ChangeKind, ChangesAfter};
use portolan_testkit::image::Image;

use crate::Door;
use crate::door::on_each_database;

on_each_database!(a_push_is_numbered_and_can_be_followed);

async fn a_push_is_numbered_and_can_be_followed(door: &Door) {
    let image = Image::oci().build();
    door.client().push_tree("a", &image, &["v1".to_owned()]).await.unwrap();
    let following = async {
        loop {
            let read = door.changes().read(0, 100).await.unwrap();
            let ChangesAfter::Changes(changes) = read else { panic!("{read:?}") };
            if changes.iter().any(|change| change.kind == ChangeKind::Tag) {
                return changes;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let changes = tokio::time::timeout(Duration::from_secs(30), following).await.unwrap();
    let numbers: Vec<u64> = changes.iter().map(|change| change.seq).collect();
    let gapless: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, gapless);
}
