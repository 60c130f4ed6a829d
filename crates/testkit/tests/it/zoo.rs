//! The exhibits are what they say, and other programs agree.

use portolan_testkit::digest;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{self, Exhibit};

#[test]
fn digests_and_sizes_are_right() {
    for exhibit in zoo::all() {
        for manifest in exhibit.manifests() {
            assert_eq!(manifest.digest, digest::sha256(&manifest.bytes), "{}", exhibit.name);
            for blob in manifest.blobs.iter().filter(|blob| blob.content().is_some()) {
                assert!(digest::matches(&blob.digest, blob.bytes()), "{}", exhibit.name);
                assert_eq!(blob.size, blob.bytes().len() as u64, "{}", exhibit.name);
            }
            let named = manifest.json();
            let config = named.get("config").into_iter();
            let layers = named["layers"].as_array().into_iter().flatten();
            let named: Vec<_> = config.chain(layers).map(|one| one["digest"].as_str().unwrap()).collect();
            let held: Vec<_> = manifest.blobs.iter().map(|blob| blob.digest.as_str()).collect();
            assert_eq!(named, held, "{}", exhibit.name);
        }
    }
}

#[tokio::test]
async fn the_registry_takes_every_kind() {
    let Some(registry) = Registry::start().await else { return };
    let client = registry.client();
    for exhibit in zoo::all() {
        client.push(exhibit.name, &exhibit).await;
        for tag in client.tags(exhibit.name).await {
            assert!(client.check_image(exhibit.name, &tag).await.is_ok(), "{}:{tag}", exhibit.name);
        }
    }
}

#[test]
fn the_layout_has_every_blob_under_its_digest() {
    let dir = tempfile::TempDir::new().unwrap();
    zoo::write_layout(dir.path(), &zoo::all());
    let held = |digest: &str| std::fs::read(dir.path().join("blobs").join(digest.replacen(':', "/", 1)));
    for manifest in zoo::all().iter().flat_map(Exhibit::manifests) {
        assert_eq!(held(&manifest.digest).unwrap(), manifest.bytes);
        for blob in &manifest.blobs {
            match blob.content() {
                Some(_) => assert!(digest::matches(&blob.digest, held(&blob.digest).unwrap())),
                None => assert!(held(&blob.digest).is_err(), "a foreign layer is not kept"),
            }
        }
    }
}

#[test]
fn names_and_tags_are_used_once() {
    let zoo = zoo::all();
    let tags = zoo.iter().flat_map(|one| one.tags.iter().chain(one.extra_tags.iter().map(|(tag, _)| tag)));
    let mut tags: Vec<_> = tags.collect();
    let count = tags.len();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), count);
}

#[tokio::test]
async fn referrers_are_found_by_fallback_tags() {
    let Some(registry) = Registry::start().await else { return };
    let exhibit = zoo::one("referrers");
    registry.client().push("r", &exhibit).await;
    let tag = zoo::fallback_tag(&exhibit.root.digest);
    let index = registry.client().manifest("r", &tag).await.json();
    let listed: Vec<_> = index["manifests"].as_array().unwrap().iter().map(|one| &one["digest"]).collect();
    assert_eq!(listed, [&exhibit.referrers[0].digest, &exhibit.referrers[1].digest]);
    assert_eq!(index["manifests"][1]["artifactType"], "application/spdx+json");
    let second = zoo::fallback_tag(&exhibit.referrers[1].digest);
    let index = registry.client().manifest("r", &second).await.json();
    assert_eq!(index["manifests"][0]["digest"], exhibit.referrers[2].digest.as_str());
}
