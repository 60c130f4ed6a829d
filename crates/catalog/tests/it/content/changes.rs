//! The changes that content makes.

use portolan_catalog::{Change, ChangeKind, ChangesAfter};

use super::{Bench, anna, tag};
use crate::Scratch;

/// All changes there are.
pub(super) async fn read(bench: &Bench) -> Vec<Change> {
    match bench.catalog.changes().read(0, 10_000).await.unwrap() {
        ChangesAfter::Changes(changes) => changes,
        expired @ ChangesAfter::Expired { .. } => panic!("{expired:?}"),
    }
}

/// On a server the sequencer gives the numbers.
#[tokio::test]
async fn a_push_tells_what_it_changed_once_and_in_order() {
    let scratch = Scratch::sqlite();
    let bench = Bench::new(&scratch).await;
    assert_eq!(read(&bench).await, []);
    let (one, two) = (bench.image(&bench.app, "one").await, bench.image(&bench.app, "two").await);
    bench.put(&one, &["1", "2"]).await;
    bench.put(&two, &["1"]).await;
    bench.try_put(&two, &["1"]).await;
    let changes = read(&bench).await;
    let told: Vec<_> =
        changes.iter().map(|change| (change.seq, change.kind, change.tag.clone(), change.digest)).collect();
    let (first, second) = (Some(*one.digest()), Some(*two.digest()));
    assert_eq!(
        told,
        [
            (1, ChangeKind::Repository, None, None),
            (2, ChangeKind::Manifest, None, first),
            (3, ChangeKind::Tag, Some(tag("1")), first),
            (4, ChangeKind::Tag, Some(tag("2")), first),
            (5, ChangeKind::Manifest, None, second),
            (6, ChangeKind::Tag, Some(tag("1")), second),
        ]
    );
    assert_eq!(changes[5].previous, first);
    assert_eq!(changes.iter().map(|change| change.revision).collect::<Vec<_>>(), [1, 1, 1, 1, 2, 2]);
    assert!(changes.iter().all(|change| change.by == anna() && change.repository == bench.app));
    assert_eq!(bench.catalog.changes().last().await.unwrap(), 6);
}
