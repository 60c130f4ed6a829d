//! skopeo and podman read of the zoo exactly what the table says, with the same bytes.

use portolan_testkit::image::Tree;
use portolan_testkit::reader::{Outcome, Podman, Skopeo};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{self, Exhibit, Verdict};
use tempfile::TempDir;

#[track_caller]
fn assert_verdict(exhibit: &Exhibit, verdict: Verdict, outcome: &Outcome) {
    match verdict {
        Verdict::Yes => assert!(outcome.is_ok(), "{}: {}", exhibit.name, outcome.stderr),
        Verdict::No(text) => {
            assert!(!outcome.is_ok(), "{} can be read", exhibit.name);
            assert!(outcome.stderr.contains(text), "{}: {}", exhibit.name, outcome.stderr);
        }
    }
}

/// Copies into a `dir:` and compares the manifest there.
async fn skopeo_reads(skopeo: &Skopeo, name: &str, exhibit: &Exhibit, verdict: Verdict) {
    let dir = TempDir::new().unwrap();
    let copied = skopeo.copy(name, &format!("dir:{}", dir.path().display()), &["--all"]).await;
    assert_verdict(exhibit, verdict, &copied);
    if verdict.is_yes() {
        let manifest = std::fs::read(dir.path().join("manifest.json")).unwrap();
        assert!(manifest == exhibit.root.bytes, "{name}: skopeo wrote another manifest");
    }
}

#[tokio::test]
async fn skopeo_reads_from_a_registry() {
    let (Some(registry), Some(skopeo)) = (Registry::start().await, Skopeo::find()) else { return };
    for exhibit in zoo::all() {
        registry.client().push(exhibit.name, &exhibit).await;
        let name = format!("docker://{}", registry.reference(exhibit.name, exhibit.name));
        let raw = skopeo.inspect_raw(&name).await.expect_ok();
        assert!(raw.stdout == exhibit.root.bytes, "{name}: skopeo reads another manifest");
        skopeo_reads(&skopeo, &name, &exhibit, exhibit.readable().skopeo_registry).await;
    }
}

#[tokio::test]
async fn skopeo_reads_from_a_layout() {
    let Some(skopeo) = Skopeo::find() else { return };
    let layout = TempDir::new().unwrap();
    zoo::write_layout(layout.path(), &zoo::all());
    for exhibit in zoo::all() {
        let name = format!("oci:{}:{}", layout.path().display(), exhibit.name);
        skopeo_reads(&skopeo, &name, &exhibit, exhibit.readable().skopeo_layout).await;
    }
}

#[tokio::test]
async fn podman_pulls() {
    let (Some(registry), Some(podman)) = (Registry::start().await, Podman::find()) else { return };
    for exhibit in zoo::all() {
        registry.client().push(exhibit.name, &exhibit).await;
        let pulled = podman.pull(&registry.reference(exhibit.name, exhibit.name)).await;
        assert_verdict(&exhibit, exhibit.readable().podman, &pulled);
        if pulled.is_ok() {
            assert_eq!(format!("sha256:{}", pulled.text()), config_digest(&exhibit.root), "{}", exhibit.name);
        }
    }
}

/// The config of the image for linux/amd64, which is always the first child.
fn config_digest(tree: &Tree) -> &str {
    tree.children.first().map_or_else(|| tree.blobs[0].digest.as_str(), config_digest)
}
