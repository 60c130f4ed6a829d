//! What hosts can do.

use jiff::Timestamp;
use portolan_catalog::{Answer, HostFact};

use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(a_fact_is_remembered_with_its_age_until_it_is_found_out_anew);

async fn a_fact_is_remembered_with_its_age_until_it_is_found_out_anew(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let fact = HostFact::ReferrersApi;
    assert_eq!(journal.host_fact("registry.example.com", fact).await.unwrap(), None);
    let mut before = Timestamp::now().as_microsecond();
    for answer in [Answer::No, Answer::No, Answer::Yes] {
        journal.remember_host_fact("registry.example.com", fact, answer);
        // A write is never done before a hint given earlier.
        journal.unpin_realm("nowhere").await.unwrap();
        let known = journal.host_fact("registry.example.com", fact).await.unwrap().unwrap();
        assert_eq!(known.answer, answer);
        assert!(known.checked_at.as_microsecond() >= before);
        before = Timestamp::now().as_microsecond();
    }
    catalog.close().await.unwrap();

    let journal = scratch.open().await.journal();
    let known = journal.host_fact("registry.example.com", fact).await.unwrap().unwrap();
    assert_eq!(known.answer, Answer::Yes);
    assert_eq!(journal.host_fact("other.example.com", fact).await.unwrap(), None);
}
