//! The exhibits are what they say, and other programs agree.

use portolan_testkit::digest;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;

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
