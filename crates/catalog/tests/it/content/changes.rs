//! The changes that content makes, and who reads them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use portolan_catalog::{
    Change, ChangeKind, Changes, ChangesAfter, ClaimSequencer, Consume, ConsumerLease, Cursor, CursorStart,
    KeptChanges, MoveCursor, Sequenced, SequencerLease,
};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};

use super::{Bench, anna, new, tag};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_push_tells_what_it_changed_once_and_in_order,
    a_second_sequencer_waits_until_the_first_is_late,
    one_at_a_time_is_a_consumer_and_the_next_goes_on_where_it_was,
    changes_are_kept_for_who_has_not_read_them_but_not_for_ever,
    who_commits_late_is_numbered_late_and_missed_by_nobody,
);
on_each_database!(
    threads = 4;
    pushes_at_once_leave_a_log_without_gaps,
);

const LONG: Duration = Duration::from_mins(10);

/// All changes there are.
pub(super) async fn read(bench: &Bench) -> Vec<Change> {
    number(bench).await;
    after(&bench.catalog.changes(), 0).await
}

/// The changes after this one, without a gap.
async fn after(changes: &Changes, seq: u64) -> Vec<Change> {
    match changes.read(seq, 100_000).await.unwrap() {
        ChangesAfter::Changes(read) => {
            assert!(read.iter().map(|change| change.seq).eq((seq + 1..).take(read.len())));
            read
        }
        expired @ ChangesAfter::Expired { .. } => panic!("{expired:?}"),
    }
}

/// On a server the sequencer gives the numbers.
async fn number(bench: &Bench) {
    if let Some(lease) = claim(&bench.catalog.changes(), "the test").await {
        number_all(&bench.catalog.changes(), &lease).await;
    }
}

async fn number_all(changes: &Changes, lease: &SequencerLease) {
    loop {
        match changes.sequence(lease).await.unwrap() {
            Sequenced::Numbered(0) => return,
            Sequenced::Numbered(_) => {}
            Sequenced::Lost => panic!("nobody else numbers changes"),
        }
    }
}

/// None where nobody has to number changes.
async fn claim(changes: &Changes, owner: &str) -> Option<SequencerLease> {
    match changes.claim_sequencer(owner, LONG).await.unwrap() {
        ClaimSequencer::Claimed(lease) => Some(lease),
        ClaimSequencer::NotNeeded => None,
        held @ ClaimSequencer::Held { .. } => panic!("{held:?}"),
    }
}

async fn a_push_tells_what_it_changed_once_and_in_order(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    assert_eq!(read(&bench).await, []);
    let (one, two) = (bench.image(&bench.app, "one").await, bench.image(&bench.app, "two").await);
    bench.put(&one, &["1", "2"]).await;
    bench.put(&two, &["1"]).await;
    bench.try_put(&two, &["1"]).await;
    let changes = read(&bench).await;
    let backwards: Vec<_> = changes.iter().rev().cloned().collect();
    let log = bench.catalog.changes();
    assert_eq!(log.since(Timestamp::UNIX_EPOCH, 100).await.unwrap(), backwards);
    assert_eq!(log.since(Timestamp::UNIX_EPOCH, 2).await.unwrap(), backwards[..2]);
    assert_eq!(log.since(Timestamp::MAX, 100).await.unwrap(), []);
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
    assert_eq!(after(&bench.catalog.changes(), 4).await, changes[4..]);
}

async fn a_second_sequencer_waits_until_the_first_is_late(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let changes = bench.catalog.changes();
    let Some(first) = claim(&changes, "one").await else { return };
    let held = changes.claim_sequencer("two", LONG).await.unwrap();
    let ClaimSequencer::Held { owner, .. } = &held else { panic!("{held:?}") };
    assert_eq!(owner, "one");
    let image = bench.image(&bench.app, "one").await;
    bench.put(&image, &["1"]).await;
    assert_eq!(after(&changes, 0).await, [], "nobody reads what has no number");
    assert_eq!(changes.sequence(&first).await.unwrap(), Sequenced::Numbered(3));
    assert_eq!(after(&changes, 0).await.len(), 3);

    let short = changes.claim_sequencer("one", Duration::ZERO).await.unwrap();
    assert!(matches!(short, ClaimSequencer::Claimed(_)), "{short:?}");
    let second = claim(&changes, "two").await.unwrap();
    assert_eq!(changes.sequence(&first).await.unwrap(), Sequenced::Lost);
    bench.put(&image, &["2"]).await;
    assert_eq!(changes.sequence(&second).await.unwrap(), Sequenced::Numbered(1));
    assert_eq!(after(&changes, 3).await.len(), 1);
}

async fn consume(changes: &Changes, start: CursorStart, lasts: Duration) -> ConsumerLease {
    match changes.consume("records", start, ("one", lasts)).await.unwrap() {
        Consume::Begun(lease) => lease,
        held @ Consume::Held { .. } => panic!("{held:?}"),
    }
}

async fn one_at_a_time_is_a_consumer_and_the_next_goes_on_where_it_was(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let changes = bench.catalog.changes();
    let image = bench.image(&bench.app, "one").await;
    bench.put(&image, &["1"]).await;
    number(&bench).await;
    let lease = consume(&changes, CursorStart::Beginning, LONG).await;
    assert_eq!(lease.seq, 0);
    let later = changes.consume("scans", CursorStart::Now, ("one", LONG)).await.unwrap();
    assert!(matches!(later, Consume::Begun(ConsumerLease { seq: 3, .. })), "{later:?}");
    let held = changes.consume("records", CursorStart::Now, ("two", LONG)).await.unwrap();
    assert!(matches!(&held, Consume::Held { owner, .. } if owner == "one"), "{held:?}");
    for to in [2, 2, 1] {
        assert_eq!(changes.move_cursor(&lease, to).await.unwrap(), MoveCursor::Moved);
    }
    let again = consume(&changes, CursorStart::Now, Duration::ZERO).await;
    assert_eq!(again.seq, 2, "a cursor never goes back");
    let other = changes.consume("records", CursorStart::Now, ("two", LONG)).await.unwrap();
    assert!(matches!(other, Consume::Begun(ConsumerLease { seq: 2, .. })), "{other:?}");
    assert_eq!(changes.move_cursor(&again, 3).await.unwrap(), MoveCursor::Lost);
    let far = |cursors: Vec<Cursor>| -> Vec<_> {
        cursors.into_iter().map(|cursor| (cursor.consumer, cursor.seq)).collect()
    };
    let both = [("records".to_owned(), 2), ("scans".to_owned(), 3)];
    assert_eq!(far(changes.cursors().await.unwrap()), both);
    changes.forget_consumer("records").await.unwrap();
    assert_eq!(far(changes.cursors().await.unwrap()), both[1..]);
}

async fn changes_are_kept_for_who_has_not_read_them_but_not_for_ever(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let changes = bench.catalog.changes();
    let image = bench.image(&bench.app, "one").await;
    for number in 0..20 {
        bench.put(&image, &[&format!("v{number}")]).await;
    }
    number(&bench).await;
    let (past, future) =
        (Timestamp::now() - SignedDuration::from_hours(1), Timestamp::now() + SignedDuration::from_hours(1));
    let trim = |since, at_most_since| changes.trim(KeptChanges { since, at_most_since });
    let lease = consume(&changes, CursorStart::Beginning, LONG).await;
    assert_eq!(trim(past, past).await.unwrap(), 0);
    assert_eq!(trim(future, past).await.unwrap(), 0, "nobody has read them");
    changes.move_cursor(&lease, 5).await.unwrap();
    assert_eq!(trim(past, past).await.unwrap(), 0);
    assert_eq!(trim(future, past).await.unwrap(), 5);
    assert_eq!(after(&changes, 5).await.len(), 17);
    let expired = changes.read(4, 10).await.unwrap();
    assert_eq!(expired, ChangesAfter::Expired { first: 6 });
    assert_eq!(trim(future, future).await.unwrap(), 16);
    assert_eq!(changes.read(5, 10).await.unwrap(), ChangesAfter::Expired { first: 22 });
    assert_eq!(after(&changes, 21).await.len(), 1, "the last one stays");
    assert_eq!(after(&changes, 22).await, []);
    bench.put(&image, &["next"]).await;
    number(&bench).await;
    assert_eq!(after(&changes, 22).await[0].seq, 23, "no number is given twice");
}

/// On SQLite nobody else writes meanwhile.
async fn who_commits_late_is_numbered_late_and_missed_by_nobody(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let changes = bench.catalog.changes();
    let Some(lease) = claim(&changes, "one").await else { return };
    let image = bench.image(&bench.app, "one").await;
    bench.put(&image, &["1"]).await;
    number_all(&changes, &lease).await;
    let repository = bench.content.repository_state(&bench.app).await.unwrap().unwrap().id;
    let late = scratch.raw().await.begin().await.unwrap();
    let pending = format!(
        "INSERT INTO change_pending (at, kind, repository_id, tag, revision, cause, actor, node) \
         VALUES (7, 6, {repository}, 'late', 7, 'push', 'late', '')"
    );
    late.execute_unprepared(&pending).await.unwrap();
    for number in 0..200 {
        bench.put(&image, &[&format!("v{number}")]).await;
        if number % 20 == 0 {
            number_all(&changes, &lease).await;
        }
    }
    number_all(&changes, &lease).await;
    assert_eq!(after(&changes, 0).await.len(), 203);
    late.commit().await.unwrap();
    number_all(&changes, &lease).await;
    let last = after(&changes, 203).await;
    assert_eq!(last.iter().map(|change| change.by.actor()).collect::<Vec<_>>(), ["late"]);
}

async fn pushes_at_once_leave_a_log_without_gaps(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let image = bench.image(&bench.app, "one").await;
    let pushes = (0..16).map(|writer| {
        let (content, app, image) = (bench.content.clone(), bench.app.clone(), image.clone());
        tokio::spawn(async move {
            for number in 0..10 {
                let tags = [format!("{writer}-{number}")];
                let put = new(&image, &[&tags[0]]);
                content.put_manifest(&app, &put, &anna()).await.unwrap();
            }
        })
    });
    let pushes: Vec<_> = pushes.collect();
    while pushes.iter().any(|push| !push.is_finished()) {
        number(&bench).await;
        tokio::task::yield_now().await;
    }
    for push in pushes {
        push.await.unwrap();
    }
    let all = read(&bench).await;
    assert_eq!(all.len(), 162);
    let revisions: Vec<u64> = all[2..].iter().map(|change| change.revision).collect();
    assert!(revisions.is_sorted(), "in the order of the repository's revisions: {revisions:?}");
}
