//! What mirrors have brought.

use std::collections::BTreeSet;

use portolan_catalog::{Names, Place};

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(what_was_brought_is_a_mirrors_own_until_it_is_forgotten, thousands_are_noted_in_one_write);

fn names(tags: &[(Place, &[&str])], number: Option<usize>) -> Names {
    let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
    Names {
        tags: tags.iter().map(|(place, tags)| (place.clone(), owned(tags))).collect(),
        fingerprint: number.map(digest),
    }
}

fn set(tags: &[&str]) -> BTreeSet<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

async fn what_was_brought_is_a_mirrors_own_until_it_is_forgotten(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let brought = catalog.brought();
    let alpine = Place::new("registry.example.com", "base/alpine");
    assert_eq!(brought.all("base").await.unwrap(), []);
    assert_eq!(brought.noted("base").await.unwrap(), None);
    let first = names(&[(debian(), &["11", "12"]), (alpine.clone(), &["3"])], Some(1));
    brought.note("base", first).await.unwrap();
    brought.note("base", names(&[(debian(), &["12", "13"])], None)).await.unwrap();
    brought.note("other", names(&[(debian(), &["12"])], Some(2))).await.unwrap();
    assert_eq!(brought.noted("base").await.unwrap(), Some(digest(1)));
    let all = brought.all("base").await.unwrap();
    assert_eq!(all, [(alpine.clone(), set(&["3"])), (debian(), set(&["11", "12", "13"]))]);

    let others = brought.by_others("base", &debian(), &["11", "12", "14"]).await.unwrap();
    assert_eq!(others.into_iter().collect::<BTreeSet<_>>(), set(&["12"]));
    let others = brought.by_others("third", &debian(), &["11", "12"]).await.unwrap();
    assert_eq!(others.len(), 2);
    assert!(brought.by_others("base", &alpine, &["12"]).await.unwrap().is_empty());

    brought.forget("base", &debian(), &["12", "13", "never"]).await.unwrap();
    brought.forget("base", &Place::new("elsewhere", "x"), &["12"]).await.unwrap();
    assert_eq!(brought.all("base").await.unwrap(), [(alpine, set(&["3"])), (debian(), set(&["11"]))]);
    assert_eq!(brought.all("other").await.unwrap(), [(debian(), set(&["12"]))]);
    assert_eq!(brought.noted("base").await.unwrap(), None, "it is no longer all that was noted");
    assert_eq!(brought.noted("other").await.unwrap(), Some(digest(2)));
}

async fn thousands_are_noted_in_one_write(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let tags: Vec<String> = (0..4_500).map(|number| format!("v{number:04}")).collect();
    let noted = Names { tags: vec![(debian(), tags.clone())], fingerprint: Some(digest(1)) };
    catalog.brought().note("base", noted.clone()).await.unwrap();
    assert_eq!(catalog.writer_stats().operations, 1);
    catalog.brought().note("base", noted).await.unwrap();
    let all = catalog.brought().all("base").await.unwrap();
    assert_eq!(all, [(debian(), tags.into_iter().collect())]);
}
