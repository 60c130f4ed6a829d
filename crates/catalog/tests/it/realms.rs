//! Trust on first use.

use jiff::Timestamp;
use portolan_catalog::PinnedRealm;

use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(the_first_realm_is_pinned_until_it_is_unpinned);

async fn the_first_realm_is_pinned_until_it_is_unpinned(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let (mine, theirs) = ("https://auth.example.com/token", "https://elsewhere.example/token");
    let before = Timestamp::now().as_microsecond();
    assert_eq!(journal.pin_realm("registry.example.com", mine).await.unwrap(), PinnedRealm::First);
    assert_eq!(journal.pin_realm("registry.example.com", mine).await.unwrap(), PinnedRealm::Same);
    assert_eq!(journal.pin_realm("other.example.com", theirs).await.unwrap(), PinnedRealm::First);
    for _ in 0..2 {
        match journal.pin_realm("registry.example.com", theirs).await.unwrap() {
            PinnedRealm::Different { pinned, since } => {
                assert_eq!(pinned, mine);
                assert!((before..=Timestamp::now().as_microsecond()).contains(&since.as_microsecond()));
            }
            other => panic!("{other:?}"),
        }
    }
    journal.unpin_realm("registry.example.com").await.unwrap();
    assert_eq!(journal.pin_realm("registry.example.com", theirs).await.unwrap(), PinnedRealm::First);
}
