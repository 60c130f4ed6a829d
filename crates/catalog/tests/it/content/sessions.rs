//! Upload sessions.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use portolan_catalog::{CatalogError, CommitBlob, EndIdle, SaveUpload, TakeUpload, UploadId, UploadSession};
use serde_json::json;

use super::{Bench, digest, file, name};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_session_is_kept_over_a_restart_and_replaced_by_its_next_state,
    a_session_ends_with_the_commit_of_its_blob_unless_that_is_to_be_written_again,
    one_at_a_time_has_a_session,
    idle_sessions_are_ended_unless_they_go_on,
    an_offset_that_no_file_has_is_refused,
);

fn session(bench: &Bench, offset: u64) -> UploadSession {
    UploadSession {
        id: UploadId::random(),
        repository: bench.app.clone(),
        owner: "anna".to_owned(),
        expected: Some(digest("one")),
        offset,
        hashing: Some(json!({"state": [1, 2, 3]})),
        backend: json!({"file": "x"}),
        token: 0,
        started_at: Timestamp::from_microsecond(1_700_000_000_000_000).unwrap(),
        touched_at: Timestamp::UNIX_EPOCH,
    }
}

async fn find(bench: &Bench, session: &UploadSession) -> Option<UploadSession> {
    let found = bench.content.upload(&bench.app, &session.id).await.unwrap();
    found.map(|found| UploadSession { touched_at: session.touched_at, ..found })
}

async fn a_session_is_kept_over_a_restart_and_replaced_by_its_next_state(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let first = session(&bench, 5);
    assert_eq!(find(&bench, &first).await, None);
    assert_eq!(bench.content.save_upload(&first).await.unwrap(), SaveUpload::Saved);
    assert_eq!(find(&bench, &first).await, Some(first.clone()));
    let next = UploadSession { offset: 7, hashing: None, expected: None, ..first.clone() };
    assert_eq!(bench.content.save_upload(&next).await.unwrap(), SaveUpload::Saved);
    bench.catalog.close().await.unwrap();

    let bench = Bench::new(scratch).await;
    assert_eq!(find(&bench, &first).await, Some(next));
    assert_eq!(bench.content.upload(&name("team/other"), &first.id).await.unwrap(), None);
    let another = UploadId::random();
    let kept = bench.content.kept_uploads(&[another, first.id]).await.unwrap();
    assert_eq!(kept, HashSet::from([first.id]));
    bench.content.end_upload(&first.id).await.unwrap();
    bench.content.end_upload(&another).await.unwrap();
    assert_eq!(find(&bench, &first).await, None);
}

async fn a_session_ends_with_the_commit_of_its_blob_unless_that_is_to_be_written_again(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let session = session(&bench, 3);
    bench.content.save_upload(&session).await.unwrap();
    let other = UploadSession { id: UploadId::random(), ..session.clone() };
    bench.content.save_upload(&other).await.unwrap();
    let became =
        bench.content.commit_blobs(&bench.app, vec![file("one", 0)], Some(&session.id)).await.unwrap();
    assert_eq!(became, [CommitBlob::Live]);
    assert_eq!(find(&bench, &session).await, None);
    assert!(find(&bench, &other).await.is_some());
}

async fn one_at_a_time_has_a_session(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app, session) = (&bench.content, &bench.app, session(&bench, 3));
    let take = |taker, lasts| content.take_upload(app, &session.id, taker, lasts);
    let long = Duration::from_secs(600);
    assert_eq!(take("one", long).await.unwrap(), TakeUpload::NotThere);
    content.save_upload(&session).await.unwrap();
    let taken = take("one", long).await.unwrap();
    let TakeUpload::Taken(ones) = taken else { panic!("{taken:?}") };
    assert_eq!((ones.token, ones.offset), (1, 3));
    assert!(matches!(take("two", long).await.unwrap(), TakeUpload::Held { .. }));
    assert_eq!(content.save_upload(&session).await.unwrap(), SaveUpload::TakenOver);
    let further = UploadSession { offset: 4, ..*ones };
    assert_eq!(content.save_upload(&further).await.unwrap(), SaveUpload::Saved);
    assert!(matches!(take("one", Duration::ZERO).await.unwrap(), TakeUpload::Taken(_)), "its own");
    let taken = take("two", long).await.unwrap();
    let TakeUpload::Taken(twos) = taken else { panic!("{taken:?}") };
    assert_eq!((twos.token, twos.offset), (3, 4));
    assert_eq!(content.save_upload(&further).await.unwrap(), SaveUpload::TakenOver);
    content.end_upload(&session.id).await.unwrap();
    assert_eq!(content.save_upload(&twos).await.unwrap(), SaveUpload::TakenOver, "it has ended");
}

async fn idle_sessions_are_ended_unless_they_go_on(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (one, two) = (session(&bench, 1), session(&bench, 2));
    for session in [&one, &two] {
        bench.content.save_upload(session).await.unwrap();
    }
    let soon = Timestamp::now() + SignedDuration::from_hours(1);
    let past = Timestamp::now() - SignedDuration::from_hours(1);
    assert_eq!(bench.content.idle_uploads(past).await.unwrap(), []);
    let idle = bench.content.idle_uploads(soon).await.unwrap();
    assert_eq!(idle.iter().map(|session| session.id).collect::<Vec<_>>(), [one.id, two.id]);
    bench.content.save_upload(&two).await.unwrap();
    assert_eq!(bench.content.end_idle_upload(&idle[0]).await.unwrap(), EndIdle::Ended);
    assert_eq!(bench.content.end_idle_upload(&idle[1]).await.unwrap(), EndIdle::Spared);
    assert_eq!((find(&bench, &one).await, find(&bench, &two).await), (None, Some(two)));
}

async fn an_offset_that_no_file_has_is_refused(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let refused = bench.content.save_upload(&session(&bench, u64::MAX)).await;
    assert!(matches!(refused, Err(CatalogError::OutOfRange { what: "offset", .. })), "{refused:?}");
}
