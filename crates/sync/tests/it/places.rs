use portolan_sync::ImageOutcome;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{self, Exhibit};

use crate::desk::{Desk, only};

/// Everything of the exhibit is at the registry, byte for byte.
async fn assert_there(registry: &Registry, repository: &str, exhibit: &Exhibit) {
    let client = registry.client();
    client.check_image(repository, exhibit.name).await.unwrap();
    assert_eq!(client.manifest(repository, exhibit.name).await.bytes, exhibit.root.bytes);
    for tree in exhibit.manifests() {
        assert_eq!(client.manifest(repository, &tree.digest).await.bytes, tree.bytes);
    }
    for (tag, tree) in &exhibit.extra_tags {
        assert_eq!(client.manifest(repository, tag).await.bytes, tree.bytes, "{tag}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_goes_from_registry_to_registry() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    let desk = Desk::new().await;
    for name in ["oci-index", "docker-list", "referrers", "fallback-referrers", "cosign-tags"] {
        let exhibit = zoo::one(name);
        from.client().push("a/b", &exhibit).await;
        let report = desk.copy(&from.reference("a/b", name), &[&to.reference("x", name)]).await;
        assert!(matches!(only(&report).outcome, ImageOutcome::Copied));
        assert_eq!(report.digest.unwrap().to_string(), exhibit.root.digest);
        assert_there(&to, "x", &exhibit).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_goes_from_a_layout_to_a_registry() {
    let Some(to) = Registry::start().await else { return };
    let desk = Desk::new().await;
    for name in ["nested-index", "referrers", "cosign-tags"] {
        let exhibit = zoo::one(name);
        zoo::write_layout(&desk.path(name), std::slice::from_ref(&exhibit));
        only(&desk.copy(&desk.layout(name, name), &[&to.reference("x", name)]).await);
        assert_there(&to, "x", &exhibit).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_goes_from_a_registry_to_a_layout() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(from) = Registry::start().await else { return };
    let desk = Desk::new().await;
    for name in ["oci-index", "docker-image", "referrers", "fallback-referrers"] {
        let exhibit = zoo::one(name);
        from.client().push("a", &exhibit).await;
        only(&desk.copy(&from.reference("a", name), &[&desk.layout("layout", name)]).await);
        let blobs = desk.path("layout/blobs");
        let stored = |digest: &str| std::fs::read(blobs.join(digest.replace(':', "/"))).unwrap();
        for tree in exhibit.manifests() {
            assert_eq!(stored(&tree.digest), tree.bytes);
            for blob in &tree.blobs {
                assert_eq!(stored(&blob.digest), blob.bytes());
            }
        }
        let index: serde_json::Value =
            serde_json::from_slice(&std::fs::read(desk.path("layout/index.json")).unwrap()).unwrap();
        let named =
            index["manifests"].as_array().unwrap().iter().find(|entry| {
                entry["annotations"]["org.opencontainers.image.ref.name"].as_str() == Some(name)
            });
        assert_eq!(named.unwrap()["digest"].as_str(), Some(exhibit.root.digest.as_str()));
    }
}
