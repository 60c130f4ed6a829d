//! Lists of tags and of repositories, and what happened to a tag.

use portolan_catalog::{ChangeCause, TagPage, TagRange};
use portolan_oci::RepositoryName;

use super::{Bench, anna, name, new, tag};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    tags_are_listed_in_the_order_of_their_bytes,
    pages_of_tags_join_to_all_of_them,
    repositories_are_listed_once_they_show_something,
    the_history_of_a_tag_is_told_backwards,
);
on_each_database!(
    threads = 4;
    a_tag_that_sixteen_push_at_once_has_sixteen_revisions,
);

async fn page(bench: &Bench, after: Option<&str>, limit: Option<u32>) -> TagPage {
    let range = TagRange { after: after.map(str::to_owned), limit };
    bench.content.tags(&bench.app, &range).await.unwrap().unwrap()
}

fn texts(page: &TagPage) -> Vec<&str> {
    page.tags.iter().collect()
}

async fn tags_are_listed_in_the_order_of_their_bytes(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let range = TagRange::default();
    assert_eq!(bench.content.tags(&bench.app, &range).await.unwrap(), None, "no such repository");
    let image = bench.image(&bench.app, "one").await;
    bench.put(&image, &[]).await;
    let none = page(&bench, None, None).await;
    assert_eq!((texts(&none), none.more, none.revision), (vec![], false, 1));

    bench.put(&image, &["b", "B", "_x", "a.1", "a-1", "a_1", "a1", "10", "9", "Z"]).await;
    let all = ["10", "9", "B", "Z", "_x", "a-1", "a.1", "a1", "a_1", "b"];
    let listed = page(&bench, None, None).await;
    assert_eq!((texts(&listed), listed.more, listed.revision), (all.to_vec(), false, 2));
    assert_eq!(listed.tags.to_tags().unwrap(), all.map(tag));
    for (after, limit, expected, more) in [
        (None, Some(0), &all[..0], true),
        (None, Some(1), &all[..1], true),
        (None, Some(10), &all[..], false),
        (Some("B"), Some(2), &all[3..5], true),
        (Some("Zebra, which is no tag"), None, &all[4..], false),
        (Some("b"), Some(3), &all[10..], false),
        (Some("zz"), Some(0), &all[10..], false),
    ] {
        let listed = page(&bench, after, limit).await;
        assert_eq!((texts(&listed), listed.more), (expected.to_vec(), more), "{after:?} {limit:?}");
    }
}

async fn pages_of_tags_join_to_all_of_them(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let image = bench.image(&bench.app, "one").await;
    let mut all: Vec<String> = (0..10_000).map(|number| format!("v{number}-{}", "x".repeat(40))).collect();
    let borrowed: Vec<&str> = all.iter().map(String::as_str).collect();
    bench.put(&image, &borrowed).await;
    all.sort();
    let at_once = page(&bench, None, None).await;
    assert!(!at_once.more && at_once.tags.iter().eq(all.iter()));
    let mut paged: Vec<String> = Vec::new();
    loop {
        let page = page(&bench, paged.last().map(String::as_str), Some(7)).await;
        paged.extend(page.tags.iter().map(str::to_owned));
        if !page.more {
            break;
        }
    }
    assert_eq!(paged, all);
}

async fn repositories_are_listed_once_they_show_something(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let names = ["a", "a/b", "a-b", "a.b", "a_b", "ab", "b/c/d"].map(name);
    for repository in &names {
        let image = bench.image(repository, "one").await;
        bench.content.put_manifest(repository, &new(&image, &["1"]), &anna()).await.unwrap();
    }
    bench.blobs(&name("aa"), &["one"]).await;
    let listed = |after: Option<&'static str>, limit| {
        let content = bench.content.clone();
        async move {
            let page = content.repositories(after, limit).await.unwrap();
            (page.names, page.more)
        }
    };
    let mut sorted: Vec<RepositoryName> = names.to_vec();
    sorted.sort();
    assert_eq!(listed(None, None).await, (sorted.clone(), false));
    assert_eq!(listed(None, Some(2)).await, (sorted[..2].to_vec(), true));
    assert_eq!(listed(Some("a/b"), Some(100)).await.0.first(), Some(&name("a_b")));
    assert_eq!(listed(Some("zz"), Some(1)).await, (vec![], false));
}

async fn the_history_of_a_tag_is_told_backwards(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (one, two) = (bench.image(&bench.app, "one").await, bench.image(&bench.app, "two").await);
    for image in [&one, &two, &one] {
        bench.put(image, &["1"]).await;
    }
    bench.put(&one, &["2"]).await;
    let history = |before| {
        let (content, app) = (bench.content.clone(), bench.app.clone());
        async move { content.tag_history(&app, &tag("1"), before).await.unwrap() }
    };
    let all = history(None).await;
    let moves: Vec<_> = all.iter().map(|event| (event.revision, event.digest)).collect();
    let (one, two) = (Some(*one.digest()), Some(*two.digest()));
    assert_eq!(moves, [(3, one), (2, two), (1, one)]);
    assert!(all.iter().all(|event| event.cause == ChangeCause::Push && event.actor == "anna"));
    assert_eq!(history(Some(3)).await, all[1..]);
    assert_eq!(history(Some(1)).await, []);
}

async fn a_tag_that_sixteen_push_at_once_has_sixteen_revisions(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let mut images = Vec::new();
    for number in 0..16 {
        images.push(bench.image(&bench.app, &format!("image {number}")).await);
    }
    let tasks = images.iter().map(|image| {
        let (content, app, new) = (bench.content.clone(), bench.app.clone(), new(image, &["latest"]));
        tokio::spawn(async move { content.put_manifest(&app, &new, &anna()).await.unwrap() })
    });
    let mut last = None;
    for (put, image) in futures::future::join_all(tasks).await.into_iter().zip(&images) {
        let portolan_catalog::PutManifest::Stored(stored) = put.unwrap() else {
            panic!("all of them move it")
        };
        if stored.revision == 16 {
            last = Some(*image.digest());
        }
    }
    let history = bench.content.tag_history(&bench.app, &tag("latest"), None).await.unwrap();
    assert!(history.iter().map(|event| event.revision).eq((1..=16).rev()));
    let stat = bench.content.stat_manifest(&bench.app, &tag("latest").into()).await.unwrap().unwrap();
    assert_eq!((Some(stat.digest), history[0].digest), (last, last), "the later revision stands");
}

#[tokio::test]
async fn a_list_that_no_database_gives_at_once_is_read_in_parts() {
    let scratch = Scratch::sqlite();
    let bench = Bench::new(&scratch).await;
    let image = bench.image(&bench.app, "one").await;
    let all: Vec<String> = (0..50_010).map(|number| format!("v{number:05}")).collect();
    let borrowed: Vec<&str> = all.iter().map(String::as_str).collect();
    bench.put(&image, &borrowed).await;
    let whole = page(&bench, None, None).await;
    assert!(!whole.more && whole.tags.iter().eq(all.iter()));
    for (limit, more) in [(50_000, true), (50_005, true), (50_010, false), (60_000, false)] {
        let some = page(&bench, None, Some(limit)).await;
        let expected = all.iter().take(limit as usize);
        assert!(some.tags.iter().eq(expected), "{limit}");
        assert_eq!(some.more, more, "{limit}");
    }
}
