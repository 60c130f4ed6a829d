//! Pieces of the work of a run, in the hands of nodes.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use portolan_catalog::{
    AddTasks, Catalog, ClaimTasks, ClaimedTask, ClearTasks, EndTask, LeftTask, NewNode, NewTasks, NodeId,
    RenewTask, RunLease, RunStart, Taking, TaskEnd, Tasks,
};

use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    work_is_claimed_once_and_ended_once,
    who_was_not_heard_of_loses_its_work_and_changes_nothing_more,
    what_ends_each_node_is_given_up,
    what_is_given_back_is_free_at_once,
    only_work_of_known_mirrors_forms_and_living_runs_is_claimed,
    what_an_earlier_run_left_is_taken_over,
    large_work_is_kept_as_it_is,
);
on_each_database!(
    threads = 4;
    of_many_who_claim_at_once_nobody_has_the_same,
);

const LONG: Duration = Duration::from_hours(1);

async fn begin(catalog: &Catalog, lasts: Duration) -> RunLease {
    match catalog.runs().begin_run("base", "me", lasts).await.unwrap() {
        RunStart::Begun(lease) => lease,
        RunStart::LeaseHeld { owner, .. } => panic!("{owner} is at it"),
    }
}

async fn node(catalog: &Catalog) -> NodeId {
    let about = NewNode { name: "n".to_owned(), what: "w".to_owned(), host: "h".to_owned() };
    catalog.nodes().register(about, LONG).await.unwrap()
}

fn wanted(node: NodeId, most: u32, lasts: Duration) -> ClaimTasks {
    ClaimTasks { node, mirrors: BTreeSet::from(["base".to_owned()]), form: 1, most, lasts }
}

async fn add(tasks: &Tasks, lease: &RunLease, first: i64, count: usize) -> AddTasks {
    let what = (0..count).map(|number| format!("piece {number}")).collect();
    tasks.add(&lease.key(), NewTasks { form: 1, first, what }).await.unwrap()
}

async fn claim(tasks: &Tasks, node: NodeId, lasts: Duration) -> Option<ClaimedTask> {
    tasks.claim(wanted(node, 1, lasts)).await.unwrap().pop()
}

fn end(outcome: &str) -> TaskEnd {
    TaskEnd { outcome: outcome.to_owned() }
}

async fn work_is_claimed_once_and_ended_once(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let (tasks, lease, node) = (catalog.tasks(), begin(&catalog, LONG).await, node(&catalog).await);
    let known = BTreeSet::from(["base".to_owned()]);
    assert!(!tasks.are_open(&known, 1).await.unwrap());
    for _ in 0..2 {
        assert_eq!(add(&tasks, &lease, 0, 50).await, AddTasks::Added, "twice is once");
    }
    assert!(tasks.are_open(&known, 1).await.unwrap());
    let claimed = tasks.claim(wanted(node, 3, LONG)).await.unwrap();
    let what: Vec<_> = claimed.iter().map(|task| (task.lease.number(), task.what.as_str())).collect();
    assert_eq!(what, [(0, "piece 0"), (1, "piece 1"), (2, "piece 2")]);
    let mut first = claimed.into_iter().next().unwrap();
    assert_eq!((first.mirror.as_str(), first.takeovers, first.lease.run()), ("base", 0, lease.run()));
    let ends = first.lease.ends();
    assert!(ends < Instant::now() + LONG, "it ends here before it ends there");
    assert_eq!(tasks.renew(&mut first.lease).await.unwrap(), RenewTask::Renewed);
    assert!(first.lease.ends() > ends);
    assert_eq!(tasks.end(&first.lease, end("well")).await.unwrap(), EndTask::Recorded);
    assert_eq!(tasks.end(&first.lease, end("badly")).await.unwrap(), EndTask::Recorded, "as if asked again");
    assert_eq!(tasks.renew(&mut first.lease).await.unwrap(), RenewTask::Lost);
    let rest = tasks.claim(wanted(node, 1_000, LONG)).await.unwrap();
    assert_eq!(rest.len(), 47);
    assert!(!tasks.are_open(&known, 1).await.unwrap());
    let ended = tasks.ended(lease.run(), &BTreeSet::new()).await.unwrap();
    let [only] = ended.as_slice() else { panic!("{ended:?}") };
    assert_eq!(
        (only.number, only.outcome.as_deref(), only.takeovers, only.node),
        (0, Some("well"), 0, Some(node))
    );
    for task in &rest {
        tasks.end(&task.lease, end("well")).await.unwrap();
    }
    let known: BTreeSet<i64> = (0..48).collect();
    let ended = tasks.ended(lease.run(), &known).await.unwrap();
    assert_eq!(ended.iter().map(|task| task.number).collect::<Vec<_>>(), [48, 49]);
    tasks.clear(&lease.key(), ClearTasks::Plain).await.unwrap();
    let left = tasks.ended(lease.run(), &BTreeSet::new()).await.unwrap();
    assert_eq!(left, [], "1 and 2 are still under way, but have not ended");
    tasks.clear(&lease.key(), ClearTasks::All).await.unwrap();
}

async fn who_was_not_heard_of_loses_its_work_and_changes_nothing_more(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let (tasks, lease) = (catalog.tasks(), begin(&catalog, LONG).await);
    let (one, two) = (node(&catalog).await, node(&catalog).await);
    add(&tasks, &lease, 0, 1).await;
    let mut late = claim(&tasks, one, Duration::ZERO).await.unwrap();
    assert!(late.lease.ends() <= Instant::now());
    let next = claim(&tasks, two, LONG).await.unwrap();
    assert_eq!((next.takeovers, next.what.as_str()), (1, "piece 0"));
    assert_eq!(tasks.renew(&mut late.lease).await.unwrap(), RenewTask::Lost);
    assert_eq!(tasks.end(&late.lease, end("late")).await.unwrap(), EndTask::TakenOver);
    tasks.give_back(&late.lease).await.unwrap();
    assert!(claim(&tasks, one, LONG).await.is_none(), "it is not the late one's to give back");
    assert_eq!(tasks.end(&next.lease, end("well")).await.unwrap(), EndTask::Recorded);
    assert_eq!(tasks.end(&late.lease, end("late")).await.unwrap(), EndTask::TakenOver);
    let ended = tasks.ended(lease.run(), &BTreeSet::new()).await.unwrap();
    assert_eq!(
        (ended[0].outcome.as_deref(), ended[0].takeovers, ended[0].node),
        (Some("well"), 1, Some(two))
    );
    tasks.clear(&lease.key(), ClearTasks::Plain).await.unwrap();
    assert_eq!(tasks.ended(lease.run(), &BTreeSet::new()).await.unwrap().len(), 1, "it is seen to again");
}

async fn what_ends_each_node_is_given_up(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let (tasks, lease, node) = (catalog.tasks(), begin(&catalog, LONG).await, node(&catalog).await);
    add(&tasks, &lease, 0, 1).await;
    for takeovers in 0..5 {
        assert_eq!(claim(&tasks, node, Duration::ZERO).await.unwrap().takeovers, takeovers);
    }
    assert!(claim(&tasks, node, LONG).await.is_none());
    let ended = tasks.ended(lease.run(), &BTreeSet::new()).await.unwrap();
    assert_eq!((ended[0].number, ended[0].outcome.as_deref(), ended[0].takeovers), (0, None, 5));
}

async fn what_is_given_back_is_free_at_once(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let (tasks, lease, node) = (catalog.tasks(), begin(&catalog, LONG).await, node(&catalog).await);
    add(&tasks, &lease, 0, 1).await;
    let mut given = claim(&tasks, node, LONG).await.unwrap();
    assert!(claim(&tasks, node, LONG).await.is_none());
    tasks.give_back(&given.lease).await.unwrap();
    assert_eq!(tasks.renew(&mut given.lease).await.unwrap(), RenewTask::Lost);
    assert_eq!(claim(&tasks, node, LONG).await.unwrap().takeovers, 1);
}

async fn only_work_of_known_mirrors_forms_and_living_runs_is_claimed(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let (tasks, node) = (catalog.tasks(), node(&catalog).await);
    let mut lease = begin(&catalog, Duration::ZERO).await;
    add(&tasks, &lease, 0, 1).await;
    assert!(claim(&tasks, node, LONG).await.is_none(), "who runs the mirror may be gone");
    assert!(!tasks.are_open(&BTreeSet::from(["base".to_owned()]), 1).await.unwrap());
    catalog.runs().release(&lease).await.unwrap();
    assert_eq!(add(&tasks, &lease, 1, 1).await, AddTasks::Lost);
    lease = begin(&catalog, LONG).await;
    add(&tasks, &lease, 0, 1).await;
    let mut claimed = claim(&tasks, node, LONG).await.unwrap();
    assert_eq!(tasks.renew(&mut claimed.lease).await.unwrap(), RenewTask::Renewed);
    catalog.runs().release(&lease).await.unwrap();
    assert_eq!(tasks.renew(&mut claimed.lease).await.unwrap(), RenewTask::Lost, "its run is over");
    lease = begin(&catalog, LONG).await;
    add(&tasks, &lease, 0, 1).await;
    for (mirror, form) in [("Base", 1), ("base", 2), ("other", 1)] {
        let mirrors = BTreeSet::from([mirror.to_owned()]);
        assert!(!tasks.are_open(&mirrors, form).await.unwrap());
        let other = ClaimTasks { mirrors, form, ..wanted(node, 9, LONG) };
        assert_eq!(tasks.claim(other).await.unwrap().len(), 0, "{mirror} {form}");
    }
    assert_eq!(claim(&tasks, node, LONG).await.unwrap().lease.run(), lease.run());
}

async fn what_an_earlier_run_left_is_taken_over(scratch: &Scratch) {
    scratch.without_locks();
    let catalog = scratch.open().await;
    let (tasks, node) = (catalog.tasks(), node(&catalog).await);
    let mut dead = begin(&catalog, LONG).await;
    assert_eq!(dead.taking(), Taking::Free);
    add(&tasks, &dead, 0, 3).await;
    let mut taken = claim(&tasks, node, LONG).await.unwrap();
    let done = claim(&tasks, node, LONG).await.unwrap();
    tasks.end(&done.lease, end("well")).await.unwrap();
    // The database sees the end of a lease that lasts no longer.
    let (was, mut brief) = (dead.run(), dead);
    catalog.runs().release(&brief).await.unwrap();
    brief = begin(&catalog, Duration::ZERO).await;
    let next = begin(&catalog, LONG).await;
    assert_eq!(next.taking(), Taking::TakenOver);
    assert!(next.run() > was);
    let left = vec![LeftTask { form: 1, what: "piece 0".to_owned() }];
    for _ in 0..2 {
        assert_eq!(
            tasks.take_left(&next.key()).await.unwrap(),
            left,
            "whoever takes over from us needs it, too"
        );
    }
    assert_eq!(tasks.renew(&mut taken.lease).await.unwrap(), RenewTask::Lost);
    assert_eq!(tasks.end(&taken.lease, end("late")).await.unwrap(), EndTask::TakenOver);
    for lease in [&brief, &next] {
        tasks.clear(&lease.key(), ClearTasks::All).await.unwrap();
        let left = tasks.take_left(&next.key()).await.unwrap();
        assert_eq!(left.len(), usize::from(lease.run() == brief.run()), "only whose mirror it is clears");
    }
    dead = next;
    assert!(tasks.ended(dead.run(), &BTreeSet::new()).await.unwrap().is_empty());
}

async fn large_work_is_kept_as_it_is(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let (tasks, lease, node) = (catalog.tasks(), begin(&catalog, LONG).await, node(&catalog).await);
    let what = vec!["ä\u{1f4a1}".repeat(300_000)];
    tasks.add(&lease.key(), NewTasks { form: 1, first: 7, what: what.clone() }).await.unwrap();
    let claimed = claim(&tasks, node, LONG).await.unwrap();
    assert!(claimed.what == what[0]);
    assert_eq!(claimed.lease.number(), 7);
}

async fn of_many_who_claim_at_once_nobody_has_the_same(scratch: &Scratch) {
    let (one, two) = (scratch.open().await, scratch.open().await);
    let (lease, node) = (begin(&one, LONG).await, node(&one).await);
    add(&one.tasks(), &lease, 0, 100).await;
    let claiming = (0..8).map(|number| {
        let tasks = if number % 2 == 0 { one.tasks() } else { two.tasks() };
        tokio::spawn(async move {
            let mut mine = Vec::new();
            // Another's claim may hide what it leaves for a moment.
            for _ in 0..100 {
                mine.extend(tasks.claim(wanted(node, 3, LONG)).await.unwrap());
            }
            mine.into_iter().map(|task| task.lease.number()).collect::<Vec<_>>()
        })
    });
    let mut all: Vec<i64> = Vec::new();
    for claimed in futures::future::join_all(claiming).await {
        all.extend(claimed.unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
}
