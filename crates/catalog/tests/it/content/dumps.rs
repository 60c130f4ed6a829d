//! All there is, page by page.

use std::collections::BTreeSet;

use portolan_catalog::{
    BlobGeneration, Children, DumpedEvent, DumpedManifest, DumpedRepository, NewManifest, PutManifest,
};
use portolan_oci::{RawManifest, RepositoryName};
use serde_json::json;

use super::{Bench, anna, name, tag};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(all_that_is_to_be_seen_is_read_page_by_page);

/// One that needs nothing, of so many bytes and a few more.
fn index(text: &str, bytes: usize) -> RawManifest {
    let document = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [],
        "annotations": {"text": text, "more": "x".repeat(bytes)},
    });
    RawManifest::new(document.to_string().into(), None).unwrap()
}

async fn put(bench: &Bench, repository: &RepositoryName, raw: &RawManifest, text: &str) {
    let new = NewManifest { raw: raw.clone(), tags: vec![tag(text)], children: Children::Required };
    let put = bench.content.put_manifest(repository, &new, &anna()).await.unwrap();
    assert!(matches!(put, PutManifest::Stored(_)));
}

/// The pages of manifests of a repository, and all that happened to its tags.
async fn dump(bench: &Bench, of: &DumpedRepository) -> (Vec<Vec<DumpedManifest>>, Vec<DumpedEvent>) {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = bench.content.dump_manifests(of, after.as_ref()).await.unwrap();
        pages.push(page.manifests);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let (mut events, mut after) = (Vec::new(), None);
    loop {
        let page = bench.content.dump_tag_events(of, after.as_ref()).await.unwrap();
        events.extend(page.events);
        after = page.next;
        if after.is_none() {
            return (pages, events);
        }
    }
}

async fn all_that_is_to_be_seen_is_read_page_by_page(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (large, small, empty) = (name("large"), name("small"), name("empty"));
    let mut expected = BTreeSet::new();
    for number in 0..6 {
        let raw = index(&number.to_string(), 1_500_000);
        expected.insert(*raw.digest());
        put(&bench, &large, &raw, &number.to_string()).await;
    }
    for number in 0..505 {
        put(&bench, &small, &index(&number.to_string(), 0), &format!("v{number}")).await;
    }
    let gone = index("gone", 0);
    put(&bench, &empty, &gone, "gone").await;
    bench.content.delete_manifest(&empty, gone.digest(), &anna()).await.unwrap();

    let repositories = bench.content.dump_repositories(None).await.unwrap();
    let read: Vec<_> = repositories.iter().map(|read| (read.name.as_str(), read.revision)).collect();
    assert_eq!(read, [("large", 6), ("small", 505), ("empty", 2)]);
    assert_eq!(bench.content.dump_repositories(repositories.last()).await.unwrap(), []);

    let (pages, events) = dump(&bench, &repositories[0]).await;
    for page in &pages {
        let bytes: usize = page.iter().map(|manifest| manifest.body.len()).sum();
        assert!(bytes <= 4 << 20, "{bytes} bytes of {} manifests", page.len());
    }
    let digests: Vec<_> = pages.iter().flatten().map(|manifest| manifest.digest).collect();
    assert_eq!(digests, expected.into_iter().collect::<Vec<_>>());
    assert_eq!(events.len(), 6);

    let (pages, events) = dump(&bench, &repositories[1]).await;
    assert_eq!(pages.iter().map(Vec::len).sum::<usize>(), 505);
    let tags: BTreeSet<_> = events.iter().map(|event| event.tag.clone()).collect();
    assert_eq!((events.len(), tags.len()), (505, 505));
    assert_eq!((events[0].tag.as_str(), events[0].revision, events[0].actor.as_str()), ("v0", 1, "anna"));
    assert!(pages[0][0].revision > 0 && pages[0][0].media_type.as_str().contains("index"));

    let (pages, events) = dump(&bench, &repositories[2]).await;
    assert_eq!(pages, [Vec::new()]);
    let events: Vec<_> = events.iter().map(|event| (event.revision, event.digest)).collect();
    assert_eq!(events, [(1, Some(*gone.digest())), (2, None)]);

    bench.blobs(&large, &["damaged"]).await;
    assert_eq!(bench.content.dump_damaged(None).await.unwrap(), []);
    let blob = BlobGeneration { digest: portolan_oci::Digest::sha256(b"damaged"), generation: 0 };
    bench.content.mark_damaged(blob).await.unwrap();
    let damaged = bench.content.dump_damaged(None).await.unwrap();
    assert_eq!(damaged.iter().map(|(blob, _)| *blob).collect::<Vec<_>>(), [blob]);
    assert_eq!(bench.content.dump_damaged(Some(&blob.digest)).await.unwrap(), []);
}
