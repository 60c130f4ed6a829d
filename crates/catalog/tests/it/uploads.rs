//! Uploads that go on after a restart.

use jiff::{SignedDuration, Timestamp};
use portolan_catalog::{CatalogError, Place, SavedUpload};
use portolan_oci::{Digest, Verifier};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(
    an_upload_is_kept_over_a_restart_and_replaced_by_its_next_state,
    stale_uploads_are_listed_with_their_places_over_many_pages,
    an_upload_that_cannot_be_read_back_is_none,
    an_offset_beyond_all_files_is_refused,
);

fn upload(number: usize, offset: u64, updated_at: Timestamp) -> SavedUpload {
    let mut verifier = Verifier::of_digest(digest(number));
    verifier.update(b"the first bytes").unwrap();
    SavedUpload {
        digest: digest(number),
        offset,
        session: json!({"location": "https://registry.example.com/v2/base/debian/blobs/uploads/1?_state=x"}),
        verifier: verifier.save(),
        updated_at,
    }
}

/// A time as fine as the database keeps it.
fn ago(hours: i64) -> Timestamp {
    let time = Timestamp::now() - SignedDuration::from_hours(hours);
    Timestamp::from_microsecond(time.as_microsecond()).unwrap()
}

async fn an_upload_is_kept_over_a_restart_and_replaced_by_its_next_state(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    assert_eq!(journal.upload(&debian(), &digest(1)).await.unwrap(), None);
    journal.save_upload(&debian(), &upload(1, 15, ago(2))).await.unwrap();
    let later = upload(1, 16 << 20, ago(1));
    journal.save_upload(&debian(), &later).await.unwrap();
    catalog.close().await.unwrap();

    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let read = journal.upload(&debian(), &digest(1)).await.unwrap().unwrap();
    assert_eq!(read, later);
    assert_eq!(Verifier::restore(&read.verifier).unwrap().offset(), 15);
    assert_eq!(journal.upload(&debian(), &digest(2)).await.unwrap(), None);
    assert_eq!(journal.upload(&Place::new("elsewhere", "x"), &digest(1)).await.unwrap(), None);
    journal.forget_upload(&debian(), &digest(1));
    catalog.close().await.unwrap();
    let catalog = scratch.open().await;
    assert_eq!(catalog.journal().upload(&debian(), &digest(1)).await.unwrap(), None);
}

async fn stale_uploads_are_listed_with_their_places_over_many_pages(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let alpine = Place::new("registry.example.com", "base/alpine");
    let old = ago(48);
    let saving = (0..2_100).map(|number| {
        let (journal, alpine) = (journal.clone(), alpine.clone());
        async move {
            let place = if number % 2 == 0 { debian() } else { alpine };
            journal.save_upload(&place, &upload(number, number as u64, old)).await
        }
    });
    for saved in futures::future::join_all(saving).await {
        saved.unwrap();
    }
    journal.save_upload(&debian(), &upload(9_999, 1, ago(0))).await.unwrap();
    let stale = journal.stale_uploads(ago(24)).await.unwrap();
    assert_eq!(stale.len(), 2_100);
    let mut digests: Vec<Digest> = stale.iter().map(|(_, upload)| upload.digest).collect();
    digests.sort();
    let mut expected: Vec<Digest> = (0..2_100).map(digest).collect();
    expected.sort();
    assert_eq!(digests, expected);
    for (place, upload) in &stale {
        let expected = if upload.offset % 2 == 0 { debian() } else { alpine.clone() };
        assert_eq!(*place, expected);
    }
    assert_eq!(journal.stale_uploads(ago(72)).await.unwrap(), []);
}

async fn an_upload_that_cannot_be_read_back_is_none(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    journal.save_upload(&debian(), &upload(1, 1, ago(48))).await.unwrap();
    journal.save_upload(&debian(), &upload(2, 2, ago(48))).await.unwrap();
    let raw = scratch.raw().await;
    raw.execute_unprepared("UPDATE journal_upload SET verifier = '{}' WHERE upload_offset = 1")
        .await
        .unwrap();
    assert_eq!(journal.upload(&debian(), &digest(1)).await.unwrap(), None);
    let stale = journal.stale_uploads(ago(24)).await.unwrap();
    assert_eq!(stale.iter().map(|(_, upload)| upload.offset).collect::<Vec<_>>(), [2]);
}

async fn an_offset_beyond_all_files_is_refused(scratch: &Scratch) {
    let journal = scratch.open().await.journal();
    let refused = journal.save_upload(&debian(), &upload(1, u64::MAX, ago(0))).await;
    assert!(matches!(refused, Err(CatalogError::OutOfRange { value: u64::MAX, .. })), "{refused:?}");
    assert_eq!(journal.upload(&debian(), &digest(1)).await.unwrap(), None);
}
