//! Many callers, few commits.

use portolan_catalog::{Catalog, Journal, SavedUpload};
use portolan_oci::Verifier;

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(one_that_fails_among_many_fails_alone);
on_each_database!(
    threads = 4;
    what_many_tasks_write_is_all_there_after_far_fewer_commits,
    two_catalogues_of_one_file_write_side_by_side,
);

const TASKS: usize = 64;
const EACH: usize = 20;

async fn finish_many(journal: Journal, task: usize) {
    for number in 0..EACH {
        let reference = format!("{task}-{number}");
        journal.finish_tree(&debian(), &reference, &digest(task * EACH + number)).await.unwrap();
    }
}

async fn run(catalog: &Catalog) {
    let tasks: Vec<_> = (0..TASKS).map(|task| tokio::spawn(finish_many(catalog.journal(), task))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn what_many_tasks_write_is_all_there_after_far_fewer_commits(scratch: &Scratch) {
    let catalog = scratch.open().await;
    run(&catalog).await;
    let all = catalog.journal().confirmed_all(&debian()).await.unwrap();
    assert_eq!(all.len(), TASKS * EACH);
    let stats = catalog.writer_stats();
    assert_eq!(stats.operations, (TASKS * EACH) as u64);
    if let Scratch::Sqlite(_) = scratch {
        assert!(stats.commits * 4 <= stats.operations, "{stats:?}");
    }
}

async fn two_catalogues_of_one_file_write_side_by_side(scratch: &Scratch) {
    let (one, two) = (scratch.open().await, scratch.open().await);
    tokio::join!(run(&one), async {
        for number in 0..200 {
            let reference = format!("two-{number}");
            two.journal().finish_tree(&debian(), &reference, &digest(number)).await.unwrap();
        }
    });
    let all = one.journal().confirmed_all(&debian()).await.unwrap();
    assert_eq!(all.len(), TASKS * EACH + 200);
}

async fn one_that_fails_among_many_fails_alone(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let saving = (0..100_usize).map(|number| {
        let journal = journal.clone();
        let upload = SavedUpload {
            digest: digest(number),
            offset: if number == 50 { u64::MAX } else { 1 },
            session: serde_json::Value::Null,
            verifier: Verifier::of_digest(digest(number)).save(),
            updated_at: jiff::Timestamp::now(),
        };
        async move { journal.save_upload(&debian(), &upload).await }
    });
    let outcomes = futures::future::join_all(saving).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.is_ok(), number != 50, "{number}: {outcome:?}");
        let kept = journal.upload(&debian(), &digest(number)).await.unwrap();
        assert_eq!(kept.is_some(), number != 50, "{number}");
    }
    let stats = catalog.writer_stats();
    assert_eq!((stats.operations, stats.failed), (99, 1));
    if let Scratch::Sqlite(_) = scratch {
        assert!(stats.commits < 10, "{stats:?}");
    }
}
