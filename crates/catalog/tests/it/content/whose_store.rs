//! Which store the content is of.

use super::Bench;
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(the_first_to_say_whose_catalogue_it_is_decides);

async fn the_first_to_say_whose_catalogue_it_is_decides(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let uuids = ["0f3f6f0e-0000-4000-8000-000000000001", "0f3f6f0e-0000-4000-8000-000000000002"];
    assert_eq!(bench.content.whose_store().await.unwrap(), None);
    assert_eq!(bench.content.claim_for_store(uuids[0]).await.unwrap(), uuids[0]);
    assert_eq!(bench.content.claim_for_store(uuids[1]).await.unwrap(), uuids[0]);
    assert_eq!(bench.content.whose_store().await.unwrap().as_deref(), Some(uuids[0]));
}
