//! Trees: begun, finished, confirmed.

use portolan_catalog::{CatalogError, Journal, Place, TreeStart};

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(
    a_path_with_a_space_at_its_end_is_no_other_path,
    a_tree_is_confirmed_only_while_it_is_finished,
    what_an_earlier_run_left_unfinished_is_resumed_by_any_reference_of_the_place,
    places_that_were_numbered_before_are_the_same_ones,
    trees_of_one_run_side_by_side_are_fresh_and_a_second_attempt_is_not,
    all_that_is_confirmed_comes_in_byte_order_over_many_pages,
    thousands_of_trees_are_begun_finished_and_confirmed_in_one_write_each,
    many_trees_are_resumed_if_one_of_them_is,
    begun_with_nothing_named_a_place_still_says_what_was_left_there,
    references_that_were_deleted_are_forgotten,
);

async fn unfinished(journal: &Journal, place: Place) -> bool {
    journal.left_unfinished(&[place]).await.unwrap().len() == 1
}

fn resumed(start: TreeStart) -> jiff::Timestamp {
    match start {
        TreeStart::Resumed { since } => since,
        TreeStart::Fresh => panic!("an unfinished tree was overlooked"),
    }
}

async fn a_tree_is_confirmed_only_while_it_is_finished(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let before = jiff::Timestamp::now();
    assert_eq!(journal.confirmed(&debian(), "12").await.unwrap(), None);
    assert_eq!(journal.begin_tree(&debian(), "12", &digest(1)).await.unwrap(), TreeStart::Fresh);
    assert_eq!(journal.confirmed(&debian(), "12").await.unwrap(), None);
    journal.finish_tree(&debian(), "12", &digest(1)).await.unwrap();
    let confirmed = journal.confirmed(&debian(), "12").await.unwrap().unwrap();
    assert_eq!(confirmed.digest, digest(1));
    assert!(confirmed.at.as_microsecond() >= before.as_microsecond());
    assert_eq!(journal.begin_tree(&debian(), "12", &digest(2)).await.unwrap(), TreeStart::Fresh);
    assert_eq!(journal.confirmed(&debian(), "12").await.unwrap(), None);
    journal.finish_tree(&debian(), "12", &digest(2)).await.unwrap();
    assert_eq!(journal.confirmed(&debian(), "12").await.unwrap().unwrap().digest, digest(2));
}

async fn what_an_earlier_run_left_unfinished_is_resumed_by_any_reference_of_the_place(scratch: &Scratch) {
    let first = scratch.open().await;
    let journal = first.journal();
    let before = jiff::Timestamp::now().as_microsecond();
    journal.begin_tree(&debian(), "12", &digest(1)).await.unwrap();
    journal.begin_tree(&debian(), "11", &digest(2)).await.unwrap();
    journal.finish_tree(&debian(), "11", &digest(2)).await.unwrap();
    let after = jiff::Timestamp::now().as_microsecond();
    first.close().await.unwrap();

    let second = scratch.open().await;
    let journal = second.journal();
    assert!(unfinished(&journal, debian()).await);
    let since = resumed(journal.begin_tree(&debian(), "13", &digest(3)).await.unwrap());
    assert!((before..=after).contains(&since.as_microsecond()));
    let elsewhere = Place::new("registry.example.com", "base/alpine");
    assert_eq!(journal.begin_tree(&elsewhere, "13", &digest(3)).await.unwrap(), TreeStart::Fresh);
    assert!(!unfinished(&journal, elsewhere).await, "it was begun in this run");
    let again = resumed(journal.begin_tree(&debian(), "12", &digest(4)).await.unwrap());
    assert_eq!(again, since, "a new attempt keeps the time of the first");
    journal.finish_tree(&debian(), "12", &digest(4)).await.unwrap();
    assert!(!unfinished(&journal, debian()).await);
    assert_eq!(journal.begin_tree(&debian(), "14", &digest(5)).await.unwrap(), TreeStart::Fresh);
}

async fn places_that_were_numbered_before_are_the_same_ones(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    journal.finish_tree(&debian(), "12", &digest(1)).await.unwrap();
    let elsewhere = Place::new("registry.example.com", "base/alpine");
    let places: Vec<Place> =
        (0..1_000).map(|nth| Place::new("many.example.com", format!("m{nth}"))).collect();
    journal.number_places(&[debian(), elsewhere.clone()]).await.unwrap();
    journal.number_places(&places).await.unwrap();
    journal.number_places(&places).await.unwrap();
    for place in places.iter().chain([&debian(), &elsewhere]) {
        journal.begin_tree(place, "13", &digest(2)).await.unwrap();
        journal.finish_trees_behind(place, &[("13", digest(2))], &[digest(3)]).await.unwrap();
    }
    journal.settled().await.unwrap();
    let other = scratch.open().await.journal();
    assert_eq!(other.confirmed_all(&debian()).await.unwrap().len(), 2);
    assert_eq!(other.confirmed_in(&places).await.unwrap().len(), 1_000);
    assert_eq!(other.blobs_in(&[debian(), elsewhere]).await.unwrap().len(), 2);
}

async fn trees_of_one_run_side_by_side_are_fresh_and_a_second_attempt_is_not(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    for reference in ["1", "2", "3"] {
        let start = journal.clone().begin_tree(&debian(), reference, &digest(1)).await.unwrap();
        assert_eq!(start, TreeStart::Fresh);
    }
    resumed(journal.begin_tree(&debian(), "2", &digest(1)).await.unwrap());
    resumed(catalog.journal().begin_tree(&debian(), "4", &digest(1)).await.unwrap());
}

async fn all_that_is_confirmed_comes_in_byte_order_over_many_pages(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    journal.begin_tree(&debian(), "unfinished", &digest(0)).await.unwrap();
    let finishing = (0..4_100).map(|number| {
        let journal = journal.clone();
        async move { journal.finish_tree(&debian(), &format!("v{number}"), &digest(number)).await }
    });
    for done in futures::future::join_all(finishing).await {
        done.unwrap();
    }
    for reference in ["A", "a", "_", "Z.1", "\u{e9}"] {
        journal.finish_tree(&debian(), reference, &digest(9)).await.unwrap();
    }
    let all = journal.confirmed_all(&debian()).await.unwrap();
    let references: Vec<&str> = all.iter().map(|(reference, _)| reference.as_str()).collect();
    let mut expected: Vec<String> = (0..4_100).map(|number| format!("v{number}")).collect();
    expected.extend(["A", "a", "_", "Z.1", "\u{e9}"].map(str::to_owned));
    expected.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    assert_eq!(references, expected);
    let (_, confirmed) = all.iter().find(|(reference, _)| reference == "v77").unwrap();
    assert_eq!(confirmed.digest, digest(77));
    let nowhere = Place::new("registry.example.com", "nothing");
    assert_eq!(journal.confirmed_all(&nowhere).await.unwrap(), []);
}

async fn thousands_of_trees_are_begun_finished_and_confirmed_in_one_write_each(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let names: Vec<String> = (0..3_000).map(|number| format!("v{number}")).collect();
    let trees: Vec<_> =
        names.iter().enumerate().map(|(number, name)| (name.as_str(), digest(number))).collect();
    assert_eq!(journal.begin_trees(&debian(), &trees).await.unwrap(), TreeStart::Fresh);
    assert_eq!(journal.confirmed_all(&debian()).await.unwrap(), []);
    journal.finish_trees(&debian(), &trees[1..]).await.unwrap();
    let first = journal.confirmed_all(&debian()).await.unwrap();
    assert_eq!(first.len(), 2_999);
    let references: Vec<&str> = names.iter().map(String::as_str).chain(["never heard of"]).collect();
    journal.confirm_again(&debian(), &references).await.unwrap();
    assert_eq!(catalog.writer_stats().operations, 3);
    let again = journal.confirmed_all(&debian()).await.unwrap();
    assert_eq!(again.len(), 2_999, "what is unfinished is not confirmed by this");
    for ((name, before), (same, after)) in first.iter().zip(&again) {
        assert_eq!((name, before.digest), (same, after.digest));
        assert!(after.at > before.at);
    }
}

async fn many_trees_are_resumed_if_one_of_them_is(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let names: Vec<String> = (0..1_000).map(|number| format!("v{number}")).collect();
    let trees: Vec<_> = names.iter().map(|name| (name.as_str(), digest(0))).collect();
    assert_eq!(journal.begin_trees(&debian(), &trees[..500]).await.unwrap(), TreeStart::Fresh);
    assert_eq!(journal.begin_trees(&debian(), &trees[500..]).await.unwrap(), TreeStart::Fresh);
    journal.finish_trees(&debian(), &trees[..999]).await.unwrap();
    let since = resumed(journal.begin_trees(&debian(), &trees).await.unwrap());
    assert_eq!(resumed(journal.begin_trees(&debian(), &trees[999..]).await.unwrap()), since);
    assert_eq!(journal.begin_trees(&debian(), &[]).await.unwrap(), TreeStart::Fresh);
    let elsewhere = Place::new("registry.example.com", "base/alpine");
    journal.confirm_again(&elsewhere, &["12"]).await.unwrap();
    assert_eq!(journal.confirmed_all(&elsewhere).await.unwrap(), []);
}

async fn begun_with_nothing_named_a_place_still_says_what_was_left_there(scratch: &Scratch) {
    let first = scratch.open().await;
    first.journal().begin_tree(&debian(), "12", &digest(1)).await.unwrap();
    first.close().await.unwrap();
    let second = scratch.open().await;
    resumed(second.journal().begin_trees(&debian(), &[]).await.unwrap());
}

async fn references_that_were_deleted_are_forgotten(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    journal.finish_trees(&debian(), &[("11", digest(1)), ("12", digest(2))]).await.unwrap();
    journal.forget_trees(&debian(), &["11", "never"]).await.unwrap();
    journal.forget_trees(&Place::new("elsewhere", "x"), &["12"]).await.unwrap();
    let left = journal.confirmed_all(&debian()).await.unwrap();
    assert_eq!(left.into_iter().map(|(tag, _)| tag).collect::<Vec<_>>(), ["12"]);
}

async fn a_path_with_a_space_at_its_end_is_no_other_path(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    let (one, two) = (Place::new("oci", "/srv/images"), Place::new("oci", "/srv/images "));
    journal.finish_tree(&one, "1", &digest(1)).await.unwrap();
    match journal.finish_tree(&two, "1", &digest(2)).await {
        Ok(()) => {}
        Err(refused) => assert!(matches!(refused, CatalogError::SpaceAtEnd { .. }), "{refused:?}"),
    }
    assert_eq!(journal.confirmed(&one, "1").await.unwrap().unwrap().digest, digest(1));
    let known = journal.confirmed(&two, "1").await.unwrap();
    assert!(known.is_none_or(|known| known.digest == digest(2)), "{known:?}");
}
