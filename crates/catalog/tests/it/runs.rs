//! Runs of mirrors, and who may run one.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use portolan_catalog::{
    Arrival, Awaited, Became, CancelRun, CatalogError, Expected, FailedImage, MirrorChange, NewAwaited,
    NotRetried, Renewal, RetryRun, RunEnd, RunEnded, RunId, RunLease, RunOutcome, RunReport, RunStart,
    RunTotals, Runs, Standing,
};

use portolan_oci::Digest;

use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_run_is_remembered_with_what_failed_in_it,
    the_latest_run_comes_first_and_other_mirrors_do_not_come,
    of_two_processes_one_runs_and_the_other_is_told_who,
    without_locks_a_lease_that_ended_is_taken_over_and_its_run_was_interrupted,
    without_locks_a_run_is_left_when_its_lease_ended_and_is_ended_for_who_is_gone,
    a_lease_is_renewed_and_given_back,
    a_number_beyond_all_counting_is_refused_and_the_run_goes_on,
    a_mirror_stays_paused_until_it_is_resumed,
    a_mirror_keeps_the_schedule_that_it_was_given_last,
    what_is_told_is_awaited_until_it_is_settled,
    a_run_of_some_images_is_not_the_last_whole_one,
    what_may_succeed_a_little_later_is_left_over,
    a_sender_hears_once_what_became_of_its_image,
    when_an_image_was_pushed_is_what_the_sender_says,
    a_mirror_that_is_made_changes_only_for_who_knows_what_is_there,
    a_mirror_is_asked_to_run_until_that_is_settled,
    only_a_run_that_has_not_ended_is_cancelled,
    the_last_run_is_retried_if_it_left_something_undone,
    runs_are_listed_from_any_of_them_on,
    what_arrived_last_at_each_target_is_kept,
    how_many_mirrors_stand_is_found_as_for_each,
);
on_each_database!(
    threads = 4;
    of_many_at_once_exactly_one_begins,
);

pub(crate) const LONG: Duration = Duration::from_hours(1);

pub(crate) async fn begin(runs: &Runs, mirror: &str, lasts: Duration) -> RunLease {
    match runs.begin_run(mirror, "me", lasts).await.unwrap() {
        RunStart::Begun(lease) => lease,
        RunStart::LeaseHeld { owner, .. } => panic!("{owner} is at it"),
    }
}

fn failed(number: usize) -> FailedImage {
    FailedImage {
        source: format!("docker.io/library/debian:{number}"),
        target: format!("registry.example.com/base/debian:{number}"),
        cause: "the target has no room".to_owned(),
        is_retryable: number.is_multiple_of(2),
    }
}

pub(crate) fn report(outcome: RunOutcome, failures: usize) -> RunReport {
    let totals = RunTotals {
        images: 9_000,
        copied: 1,
        skipped: 2,
        deleted: 3,
        failed: failures as u64,
        blobs: 4,
        mounted: 5,
        bytes: 6 << 40,
    };
    RunReport { outcome, totals, failures: (0..failures).map(failed).collect() }
}

async fn a_run_is_remembered_with_what_failed_in_it(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    assert_eq!(runs.last_run("base").await.unwrap(), None);
    let before = Timestamp::now();
    let lease = begin(&runs, "base", LONG).await;
    assert_eq!(runs.last_run("base").await.unwrap(), None, "it has not ended");
    let under_way = &runs.runs("base", 10).await.unwrap()[0];
    assert_eq!((under_way.id, under_way.ended, under_way.totals), (lease.run(), None, RunTotals::default()));
    // More than a page, and more than a chunk.
    let told = report(RunOutcome::Partly, 2_500);
    assert_eq!(runs.end_run(&lease, told.clone()).await.unwrap(), RunEnd::Recorded);
    catalog.close().await.unwrap();

    let runs = scratch.open().await.runs();
    let last = runs.last_run("base").await.unwrap().unwrap();
    assert_eq!((last.id, last.mirror.as_str(), last.totals), (lease.run(), "base", told.totals));
    let RunEnded { at, outcome } = last.ended.unwrap();
    assert_eq!(outcome, RunOutcome::Partly);
    // The database counts milliseconds.
    assert!(before.as_millisecond() <= last.started_at.as_millisecond() && last.started_at <= at);
    assert_eq!(runs.failures(last.id).await.unwrap(), told.failures);
    assert_eq!(runs.failures(RunId::new(77)).await.unwrap(), []);
    let page = runs.failures_after(last.id, Some(2_497), 2).await.unwrap();
    assert_eq!(page, [(2_498, failed(2_498)), (2_499, failed(2_499))]);
    assert_eq!(runs.failures_after(last.id, None, 1).await.unwrap(), [(0, failed(0))]);
    assert_eq!(runs.failures_after(last.id, Some(2_499), 9).await.unwrap(), []);
}

async fn how_many_mirrors_stand_is_found_as_for_each(scratch: &Scratch) {
    let runs = scratch.open().await.runs();
    let whole = begin(&runs, "base", LONG).await;
    runs.end_run(&whole, report(RunOutcome::Done, 0)).await.unwrap();
    let part = begin(&runs, "base", LONG).await;
    runs.note_part(part.run()).await.unwrap();
    runs.pause("paused", "anna").await.unwrap();
    let told = ["one", "two"].map(|image| ("told".to_owned(), image.to_owned()));
    runs.await_images(told.to_vec(), "somebody").await.unwrap();
    let asked = runs.ask_run("asked", "anna").await.unwrap();

    // More than one statement is about.
    let more: Vec<String> = (0..150).map(|nth| format!("mirror-{nth}")).collect();
    let mut names: Vec<&str> = more.iter().map(String::as_str).collect();
    names.extend(["told", "base", "asked", "paused", "base"]);
    let mut standings = runs.standings(&names).await.unwrap();
    let special = standings.split_off(150);
    assert!(standings.iter().all(|standing| *standing == Standing::default()));
    let base = Standing {
        last: runs.run(part.run()).await.unwrap(),
        last_whole: runs.run(whole.run()).await.unwrap().map(|run| run.started_at),
        ..Standing::default()
    };
    assert!(base.last.is_some() && base.last_whole.is_some());
    let paused = Standing { pause: runs.paused("paused").await.unwrap(), ..Standing::default() };
    assert!(paused.pause.is_some());
    let told = Standing { told: 2, ..Standing::default() };
    let asked = Standing { asked_at: Some(asked.at), ..Standing::default() };
    assert_eq!(special, [told, base.clone(), asked, paused, base.clone()]);
    assert_eq!(runs.standings(&["base"]).await.unwrap(), [base]);
    assert_eq!(runs.standings(&[]).await.unwrap(), []);
}

async fn the_latest_run_comes_first_and_other_mirrors_do_not_come(scratch: &Scratch) {
    let runs = scratch.open().await.runs();
    let outcomes =
        [RunOutcome::Done, RunOutcome::Partly, RunOutcome::Failed, RunOutcome::Interrupted, RunOutcome::Done];
    for outcome in outcomes {
        for mirror in ["base", "apps"] {
            let lease = begin(&runs, mirror, LONG).await;
            assert_eq!(lease.mirror(), mirror);
            runs.end_run(&lease, report(outcome, 0)).await.unwrap();
        }
    }
    let told = |limit| {
        let runs = runs.clone();
        async move {
            let some = runs.runs("base", limit).await.unwrap();
            assert!(some.iter().all(|run| run.mirror == "base") && some.is_sorted_by(|a, b| a.id > b.id));
            some.iter().map(|run| run.ended.unwrap().outcome).collect::<Vec<_>>()
        }
    };
    assert_eq!(told(100).await, outcomes.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(told(2).await, [RunOutcome::Done, RunOutcome::Interrupted]);
    assert_eq!(told(0).await, []);
    assert_eq!(runs.runs("Base", 100).await.unwrap(), []);
    let all = runs.all_runs(3).await.unwrap();
    assert_eq!(all.iter().map(|run| run.mirror.as_str()).collect::<Vec<_>>(), ["apps", "base", "apps"]);
    assert!(all.is_sorted_by(|a, b| a.id > b.id));
    assert_eq!(runs.run(all[1].id).await.unwrap().as_ref(), Some(&all[1]));
    assert_eq!(runs.run(RunId::new(-1)).await.unwrap(), None);
}

async fn a_mirror_stays_paused_until_it_is_resumed(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    assert_eq!(runs.paused("base").await.unwrap(), None);
    runs.pause("base", "anna").await.unwrap();
    let paused = runs.paused("base").await.unwrap().unwrap();
    assert_eq!(paused.by, "anna");
    runs.pause("base", "bert").await.unwrap();
    catalog.close().await.unwrap();

    let runs = scratch.open().await.runs();
    assert_eq!(runs.paused("base").await.unwrap(), Some(paused), "who was first counts");
    assert_eq!(runs.paused("Base").await.unwrap(), None);
    for _ in 0..2 {
        runs.resume("base", "bert").await.unwrap();
        assert_eq!(runs.paused("base").await.unwrap(), None);
    }
    let log = scratch.open().await.access().audit_before(None, 10).await.unwrap();
    let log = log.iter().map(|entry| format!("{} {} {}", entry.actor, entry.action, entry.object));
    assert_eq!(log.collect::<Vec<_>>(), ["bert mirror.resume base", "anna mirror.pause base"]);
}

async fn a_mirror_keeps_the_schedule_that_it_was_given_last(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    assert_eq!(runs.rescheduled("base").await.unwrap(), None);
    runs.reschedule("base", "@hourly", "anna").await.unwrap();
    runs.reschedule("base", "0 3 * * *", "bert").await.unwrap();
    catalog.close().await.unwrap();

    let runs = scratch.open().await.runs();
    let set = runs.rescheduled("base").await.unwrap().unwrap();
    assert_eq!((set.schedule.as_str(), set.by.as_str()), ("0 3 * * *", "bert"));
    assert_eq!(runs.rescheduled("Base").await.unwrap(), None);
}

async fn what_is_told_is_awaited_until_it_is_settled(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    let told = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(mirror, image)| ((*mirror).to_owned(), (*image).to_owned())).collect::<Vec<_>>()
    };
    runs.await_images(told(&[("base", "r/a:1"), ("base", "r/A:1"), ("apps", "r/a:1")]), "test")
        .await
        .unwrap();
    runs.await_images(told(&[("base", "r/b:1")]), "test").await.unwrap();
    let seen = runs.awaited("base", 100).await.unwrap();
    let images = |seen: &[Awaited]| seen.iter().map(|one| one.image.clone()).collect::<Vec<_>>();
    assert_eq!(images(&seen), ["r/A:1", "r/a:1", "r/b:1"]);
    assert_eq!(images(&runs.awaited("base", 2).await.unwrap()), ["r/A:1", "r/a:1"]);
    assert_eq!(runs.count_awaited().await.unwrap(), 4);
    // One of them is told again while a run sees to it.
    runs.await_images(told(&[("base", "r/a:1")]), "test").await.unwrap();
    runs.settle_awaited("base", seen).await.unwrap();
    catalog.close().await.unwrap();

    let runs = scratch.open().await.runs();
    let left = runs.awaited("base", 100).await.unwrap();
    assert_eq!(images(&left), ["r/a:1"]);
    runs.settle_awaited("base", left).await.unwrap();
    assert_eq!(runs.awaited("base", 100).await.unwrap(), []);
    assert_eq!(images(&runs.awaited("apps", 100).await.unwrap()), ["r/a:1"]);
}

async fn a_run_of_some_images_is_not_the_last_whole_one(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    assert_eq!(runs.last_whole_run("base").await.unwrap(), None);
    let lease = begin(&runs, "base", LONG).await;
    runs.end_run(&lease, report(RunOutcome::Done, 0)).await.unwrap();
    let whole = runs.last_whole_run("base").await.unwrap().unwrap();
    let part = begin(&runs, "base", LONG).await;
    for _ in 0..2 {
        runs.note_part(part.run()).await.unwrap();
    }
    assert_eq!(runs.last_whole_run("base").await.unwrap().map(|run| run.id), Some(whole.id));
    assert_eq!(runs.runs("base", 1).await.unwrap()[0].id, part.run());
}

async fn what_may_succeed_a_little_later_is_left_over(scratch: &Scratch) {
    let runs = scratch.open().await.runs();
    let ends = async |report: RunReport| {
        let lease = begin(&runs, "base", LONG).await;
        runs.end_run(&lease, report).await.unwrap();
        lease.run()
    };
    assert_eq!(runs.left_over("base").await.unwrap(), None);
    let partly = ends(report(RunOutcome::Partly, 3)).await;
    let left = runs.left_over("base").await.unwrap().unwrap();
    assert_eq!(left.run, partly);
    assert_eq!(runs.images_left_over(left).await.unwrap(), [failed(0), failed(2)]);
    // One that did not come to its images says nothing about them.
    let broken = RunReport { totals: RunTotals::default(), ..report(RunOutcome::Failed, 0) };
    ends(broken).await;
    assert_eq!(runs.left_over("base").await.unwrap(), Some(left));
    assert_eq!(runs.last_dealt("base").await.unwrap().map(|run| run.id), Some(partly));
    assert_eq!(runs.left_over("apps").await.unwrap(), None);
    // What will not pass is not left over, and it is not known what an interrupted run left.
    for (outcome, failures) in
        [(RunOutcome::Partly, vec![failed(1)]), (RunOutcome::Interrupted, vec![failed(2)])]
    {
        ends(RunReport { failures, ..report(outcome, 1) }).await;
        assert_eq!(runs.left_over("base").await.unwrap(), None);
    }
}

async fn of_two_processes_one_runs_and_the_other_is_told_who(scratch: &Scratch) {
    let (one, two) = (scratch.open().await, scratch.open().await);
    let lease = begin(&one.runs(), "base", LONG).await;
    let began = one.runs().runs("base", 1).await.unwrap()[0].started_at;
    let RunStart::LeaseHeld { owner, since } = two.runs().begin_run("base", "you", LONG).await.unwrap()
    else {
        panic!("both run it")
    };
    assert_eq!((owner.as_str(), since), ("me", began));
    let other = begin(&two.runs(), "apps", LONG).await;
    assert!(other.run() > lease.run());
    assert_eq!(two.runs().runs("base", 10).await.unwrap().len(), 1, "who may not begin leaves no run");
    one.runs().end_run(&lease, report(RunOutcome::Done, 0)).await.unwrap();
    begin(&two.runs(), "base", LONG).await;
}

async fn of_many_at_once_exactly_one_begins(scratch: &Scratch) {
    let (one, two) = (scratch.open().await, scratch.open().await);
    let beginning = (0..32).map(|number| {
        let runs = if number % 2 == 0 { one.runs() } else { two.runs() };
        tokio::spawn(async move { runs.begin_run("base", &number.to_string(), LONG).await.unwrap() })
    });
    let mut begun = 0;
    for start in futures::future::join_all(beginning).await {
        begun += usize::from(matches!(start.unwrap(), RunStart::Begun(_)));
    }
    assert_eq!(begun, 1);
    assert_eq!(one.runs().runs("base", 100).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_lives_keeps_its_mirror_and_who_is_gone_does_not() {
    let scratch = Scratch::sqlite();
    let (one, two) = (scratch.open().await, scratch.open().await);
    // Late in renewing its lease, perhaps stopped, but it may go on at any moment.
    let mut late = begin(&one.runs(), "base", Duration::ZERO).await;
    let held = two.runs().begin_run("base", "you", LONG).await.unwrap();
    assert!(matches!(held, RunStart::LeaseHeld { .. }), "{held:?}");
    assert_eq!(one.runs().renew(&mut late).await.unwrap(), Renewal::Renewed);
    one.runs().end_run(&late, report(RunOutcome::Done, 0)).await.unwrap();

    let gone = begin(&one.runs(), "base", LONG).await;
    let run = gone.run();
    drop(gone);
    let next = begin(&two.runs(), "base", LONG).await;
    assert!(next.run() > run);
    let interrupted = two.runs().last_run("base").await.unwrap().unwrap();
    assert_eq!(interrupted.id, run);
    let ended = interrupted.ended.unwrap();
    assert_eq!(ended.outcome, RunOutcome::Interrupted);
    assert!(ended.at <= Timestamp::now(), "{ended:?} and not when its lease would have ended");
}

#[tokio::test]
async fn the_run_of_who_is_gone_is_ended_and_that_of_who_lives_is_not() {
    let scratch = Scratch::sqlite();
    let (one, two) = (scratch.open().await, scratch.open().await);
    let late = begin(&one.runs(), "base", Duration::ZERO).await;
    two.runs().end_left("base").await.unwrap();
    assert_eq!(
        two.runs().runs("base", 1).await.unwrap()[0].ended,
        None,
        "who is late may go on at any moment"
    );
    drop(late);
    two.runs().end_left("base").await.unwrap();
    let ended = two.runs().runs("base", 1).await.unwrap()[0].ended;
    assert_eq!(ended.map(|ended| ended.outcome), Some(RunOutcome::Interrupted));
    begin(&one.runs(), "base", LONG).await;
}

async fn without_locks_a_run_is_left_when_its_lease_ended_and_is_ended_for_who_is_gone(scratch: &Scratch) {
    scratch.without_locks();
    let (one, two) = (scratch.open().await, scratch.open().await);
    two.runs().end_left("base").await.unwrap();
    let lease = begin(&one.runs(), "base", LONG).await;
    two.runs().end_left("base").await.unwrap();
    assert_eq!(two.runs().runs("base", 1).await.unwrap()[0].ended, None);
    one.runs().end_run(&lease, report(RunOutcome::Done, 0)).await.unwrap();

    let mut late = begin(&one.runs(), "base", Duration::ZERO).await;
    two.runs().end_left("base").await.unwrap();
    let last = &two.runs().runs("base", 1).await.unwrap()[0];
    assert_eq!((last.id, last.ended.map(|ended| ended.outcome)), (late.run(), Some(RunOutcome::Interrupted)));
    assert_eq!(one.runs().renew(&mut late).await.unwrap(), Renewal::Lost);
    begin(&two.runs(), "base", LONG).await;
}

async fn without_locks_a_lease_that_ended_is_taken_over_and_its_run_was_interrupted(scratch: &Scratch) {
    scratch.without_locks();
    let (one, two) = (scratch.open().await, scratch.open().await);
    let mut late = begin(&one.runs(), "base", Duration::ZERO).await;
    let is_server = !matches!(scratch, Scratch::Sqlite(_));
    assert_eq!(two.runs().is_left("base").await.unwrap(), is_server);
    assert!(!two.runs().is_left("other").await.unwrap());
    assert!(late.ends() <= Instant::now());
    let next = begin(&two.runs(), "base", LONG).await;
    assert!(!two.runs().is_left("base").await.unwrap());
    assert!(next.run() > late.run());
    let interrupted = two.runs().last_run("base").await.unwrap().unwrap();
    assert_eq!(interrupted.id, late.run());
    assert_eq!(interrupted.ended.map(|ended| ended.outcome), Some(RunOutcome::Interrupted));
    assert_eq!(one.runs().renew(&mut late).await.unwrap(), Renewal::Lost);
    let told = one.runs().end_run(&late, report(RunOutcome::Partly, 3)).await.unwrap();
    assert_eq!(told, RunEnd::TakenOver);
    one.runs().release(&late).await.unwrap();
    assert_eq!(two.runs().last_run("base").await.unwrap().unwrap(), interrupted);
    assert_eq!(two.runs().failures(late.run()).await.unwrap(), []);
    let again = one.runs().begin_run("base", "me", LONG).await.unwrap();
    assert!(matches!(again, RunStart::LeaseHeld { .. }), "the late one did not free it: {again:?}");
}

async fn a_lease_is_renewed_and_given_back(scratch: &Scratch) {
    let (one, two) = (scratch.open().await, scratch.open().await);
    let mut lease = begin(&one.runs(), "base", LONG).await;
    let first = lease.ends();
    assert!(first < Instant::now() + LONG, "it ends here before it ends there");
    assert_eq!(one.runs().renew(&mut lease).await.unwrap(), Renewal::Renewed);
    assert!(lease.ends() > first);
    one.runs().release(&lease).await.unwrap();
    assert_eq!(one.runs().renew(&mut lease).await.unwrap(), Renewal::Lost);
    let given_back = two.runs().last_run("base").await.unwrap().unwrap();
    assert_eq!(given_back.ended.map(|ended| ended.outcome), Some(RunOutcome::Interrupted));
    begin(&two.runs(), "base", LONG).await;
}

async fn a_number_beyond_all_counting_is_refused_and_the_run_goes_on(scratch: &Scratch) {
    let runs = scratch.open().await.runs();
    let mut lease = begin(&runs, "base", Duration::MAX).await;
    let mut told = report(RunOutcome::Done, 0);
    told.totals.bytes = u64::MAX;
    let refused = runs.end_run(&lease, told).await;
    assert!(matches!(refused, Err(CatalogError::OutOfRange { value: u64::MAX, .. })), "{refused:?}");
    assert_eq!(runs.renew(&mut lease).await.unwrap(), Renewal::Renewed);
}

async fn a_mirror_that_is_made_changes_only_for_who_knows_what_is_there(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    let put =
        async |settings: &str, expected| runs.store_mirror("base", settings, expected, "anna").await.unwrap();
    let MirrorChange::Made(first) = put("{}", Expected::Nothing).await else { panic!("it was not made") };
    assert_eq!(put("{}", Expected::Nothing).await, MirrorChange::Unexpected);
    assert_eq!(put("{}", Expected::Revision(first + 1)).await, MirrorChange::Unexpected);
    let changed = put(r#"{"a": 1}"#, Expected::Revision(first)).await;
    let MirrorChange::Changed(second) = changed else { panic!("{changed:?}") };
    assert!(second > first);
    let mirrors = runs.stored_mirrors().await.unwrap();
    let [mirror] = mirrors.as_slice() else { panic!("{mirrors:?}") };
    assert_eq!((mirror.name.as_str(), mirror.settings.as_str()), ("base", r#"{"a": 1}"#));
    assert_eq!((mirror.revision, mirror.changed_by.as_str()), (second, "anna"));

    runs.pause("base", "anna").await.unwrap();
    let delete = async |expected| runs.delete_mirror("base", expected, "bert").await.unwrap();
    assert_eq!(delete(Expected::Revision(first)).await, MirrorChange::Unexpected);
    assert_eq!(delete(Expected::Anything).await, MirrorChange::Deleted);
    assert_eq!(delete(Expected::Anything).await, MirrorChange::NoSuchMirror);
    assert_eq!(runs.paused("base").await.unwrap(), None, "its pause goes with it");
    assert!(runs.stored_mirrors().await.unwrap().is_empty());
    let MirrorChange::Made(third) = put("{}", Expected::Anything).await else { panic!("it was not made") };
    assert!(third > second, "what was deleted and made again is another");
}

async fn a_mirror_is_asked_to_run_until_that_is_settled(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    assert_eq!(runs.asked_run("base").await.unwrap(), None);
    let first = runs.ask_run("base", "anna").await.unwrap();
    assert_eq!(runs.asked_run("base").await.unwrap(), Some(first.clone()));
    let mut again = first.clone();
    while again.at == first.at {
        again = runs.ask_run("base", "bert").await.unwrap();
    }
    runs.settle_asked("base", &first).await.unwrap();
    assert_eq!(runs.asked_run("base").await.unwrap(), Some(again.clone()), "it was asked again");
    runs.settle_asked("base", &again).await.unwrap();
    assert_eq!(runs.asked_run("base").await.unwrap(), None);
}

async fn only_a_run_that_has_not_ended_is_cancelled(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    assert_eq!(runs.cancel_run(RunId::new(1_000_000), "anna").await.unwrap(), CancelRun::NoSuchRun);
    let lease = begin(&runs, "base", LONG).await;
    assert_eq!(runs.cancelled(lease.run()).await.unwrap(), None);
    runs.ask_run("base", "anna").await.unwrap();
    runs.await_images(vec![("base".to_owned(), "r.example/app:1".to_owned())], "harbor").await.unwrap();
    for by in ["anna", "bert"] {
        assert_eq!(runs.cancel_run(lease.run(), by).await.unwrap(), CancelRun::Asked);
    }
    assert_eq!(runs.cancelled(lease.run()).await.unwrap().unwrap().by, "anna", "who was first counts");
    assert_eq!(runs.asked_run("base").await.unwrap(), None);
    assert!(runs.awaited("base", 10).await.unwrap().is_empty());
    runs.end_run(&lease, report(RunOutcome::Interrupted, 0)).await.unwrap();
    assert_eq!(runs.cancel_run(lease.run(), "anna").await.unwrap(), CancelRun::Ended);
}

async fn the_last_run_is_retried_if_it_left_something_undone(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    let retried = async |run| match runs.retry_run(run, "anna").await.unwrap() {
        RetryRun::Asked { mirror, asked } => {
            assert_eq!((mirror.as_str(), asked.by.as_str()), ("base", "anna"));
            assert_eq!(runs.asked_run("base").await.unwrap(), Some(asked.clone()));
            Ok(asked)
        }
        RetryRun::Not(why) => Err(why),
        RetryRun::NoSuchRun => panic!("there is one"),
    };
    assert_eq!(runs.retry_run(RunId::new(1_000_000), "anna").await.unwrap(), RetryRun::NoSuchRun);
    let ran = async |report| {
        let lease = begin(&runs, "base", LONG).await;
        assert_eq!(retried(lease.run()).await, Err(NotRetried::GoesOn));
        runs.end_run(&lease, report).await.unwrap();
        lease.run()
    };
    let well = ran(report(RunOutcome::Done, 0)).await;
    assert_eq!(retried(well).await, Err(NotRetried::NothingFailed));
    let broken = ran(report(RunOutcome::Partly, 2)).await;
    assert_eq!(retried(well).await, Err(NotRetried::CameAfter(broken)));
    let some = retried(broken).await.unwrap();
    assert_eq!(some.retries, Some(broken));
    // Who wants all wants what failed, too, whoever comes after.
    let all = runs.ask_run("base", "bert").await.unwrap();
    assert_eq!(all.retries, None);
    runs.retry_run(broken, "anna").await.unwrap();
    let asked = runs.asked_run("base").await.unwrap().unwrap();
    assert_eq!(asked.retries, None);
    runs.settle_asked("base", &asked).await.unwrap();
    // What failed before is its, too, though it does not count it.
    let mut told = report(RunOutcome::Done, 1);
    told.totals.failed = 0;
    let told = ran(told).await;
    let asked = retried(told).await.unwrap();
    assert_eq!(asked.retries, Some(told));
    runs.settle_asked("base", &asked).await.unwrap();
    // It is not known what these did not come to.
    for outcome in [RunOutcome::Interrupted, RunOutcome::Failed] {
        let run = ran(report(outcome, 0)).await;
        let asked = retried(run).await.unwrap();
        assert_eq!(asked.retries, None);
        runs.settle_asked("base", &asked).await.unwrap();
    }
}

async fn runs_are_listed_from_any_of_them_on(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    let mut ids = Vec::new();
    for mirror in ["base", "apps", "base"] {
        let lease = begin(&runs, mirror, LONG).await;
        ids.push(lease.run());
        runs.end_run(&lease, report(RunOutcome::Done, 0)).await.unwrap();
    }
    let listed = async |mirror, before| {
        let runs = runs.runs_before(mirror, before, 2).await.unwrap();
        runs.into_iter().map(|run| run.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, None).await, [ids[2], ids[1]]);
    assert_eq!(listed(None, Some(ids[1])).await, [ids[0]]);
    assert_eq!(listed(Some("base"), Some(ids[2])).await, [ids[0]]);
    assert!(listed(Some("none"), None).await.is_empty());
}

async fn what_arrived_last_at_each_target_is_kept(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let runs = catalog.runs();
    let at = |second| Timestamp::from_second(second).unwrap();
    let arrival = |target: &str, bytes: &[u8], second| Arrival {
        source: "r.example/app:1".to_owned(),
        target: target.to_owned(),
        digest: Digest::sha256(bytes),
        moved_after: (second > 1).then(|| at(second - 1)),
        moved_before: at(second),
        visible_at: at(second + 1),
    };
    let (old, new) = (arrival("store:app:1", b"old", 1), arrival("store:app:1", b"new", 5));
    let other = arrival("store:app:2", b"new", 5);
    runs.note_arrivals("base", vec![old]).await.unwrap();
    runs.note_arrivals("base", vec![other.clone(), new.clone()]).await.unwrap();
    assert_eq!(runs.arrivals("base", None, 10).await.unwrap(), [new.clone(), other.clone()]);
    assert_eq!(runs.arrivals("base", None, 1).await.unwrap(), [new]);
    assert_eq!(runs.arrivals("base", Some("store:app:1"), 10).await.unwrap(), [other]);
    assert!(runs.arrivals("apps", None, 10).await.unwrap().is_empty());
    let long = arrival(&"x".repeat(600), b"new", 5);
    runs.note_arrivals("apps", vec![long]).await.unwrap();
    assert!(runs.arrivals("apps", None, 10).await.unwrap().is_empty(), "too long for a key");
}

async fn a_sender_hears_once_what_became_of_its_image(scratch: &Scratch) {
    let runs = scratch.open().await.runs();
    let image = |mirror: &str, tag: &str| (mirror.to_owned(), format!("r/a:{tag}"));
    let url = "https://hub.example/heard";
    runs.await_images_and_report(vec![image("base", "1"), image("apps", "1")], "hub", url).await.unwrap();
    runs.await_images_and_report(vec![image("base", "2")], "hub", url).await.unwrap();
    runs.await_images(vec![image("base", "3")], "hub").await.unwrap();
    let now = Duration::ZERO;
    assert_eq!(runs.take_reports(now).await.unwrap(), [], "nothing became of them yet");
    let failed = || Became::Failed { cause: "there is no room".to_owned() };
    let became = |one: &Awaited| if one.image == "r/a:2" { failed() } else { Became::Brought };
    let awaited = runs.awaited("base", 10).await.unwrap();
    let images = awaited.iter().map(|one| (one.clone(), became(one))).collect();
    runs.note_became("base", images).await.unwrap();
    let taken = runs.take_reports(LONG).await.unwrap();
    let told: Vec<_> =
        taken.iter().map(|one| (one.mirror.as_str(), one.image.as_str(), &one.became)).collect();
    assert_eq!(told, [("base", "r/a:1", &Became::Brought), ("base", "r/a:2", &failed())]);
    assert!(taken.iter().all(|one| one.url == url));
    assert_eq!(runs.take_reports(LONG).await.unwrap(), [], "who took them is waited for");
    runs.settle_report(&taken[0]).await.unwrap();
    let again = runs.take_reports(now).await.unwrap();
    assert_eq!(again, taken[1..]);

    let soon = Timestamp::now().checked_add(LONG).unwrap();
    assert_eq!(
        runs.expire_reports(soon).await.unwrap(),
        2,
        "that of the other mirror, and what was not heard"
    );
    assert_eq!(runs.expire_reports(soon).await.unwrap(), 0);
    assert_eq!(runs.take_reports(now).await.unwrap(), []);
}

async fn when_an_image_was_pushed_is_what_the_sender_says(scratch: &Scratch) {
    let runs = scratch.open().await.runs();
    let told = |moved_at| vec![NewAwaited { mirror: "base".to_owned(), image: "r/a:1".to_owned(), moved_at }];
    let awaited = async || runs.awaited("base", 1).await.unwrap().pop().unwrap();
    let long_ago = Timestamp::from_second(1_000).unwrap();
    runs.await_images(told(Some(long_ago)), "harbor").await.unwrap();
    assert_eq!(awaited().await.moved_at().unwrap(), long_ago);
    // Nobody tells of what is yet to come, and who says nothing tells of now.
    let to_come = Timestamp::now().checked_add(LONG).unwrap();
    for moved_at in [Some(to_come), None] {
        runs.await_images(told(moved_at), "harbor").await.unwrap();
        let awaited = awaited().await;
        assert_eq!(awaited.moved_at().unwrap(), awaited.told_at().unwrap());
    }
}
