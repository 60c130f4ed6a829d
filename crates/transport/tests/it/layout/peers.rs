//! Layouts of other programs, and other programs on our layouts.

use std::path::Path;

use portolan_testkit::reader::Skopeo;
use portolan_testkit::zoo;
use portolan_transport::{LayoutRepository, ReferrersVia, Source, Target};

use crate::trees::{assert_has_exhibit, put_exhibit};

#[tokio::test]
async fn every_kind_of_the_zoo_is_read() {
    let folder = tempfile::tempdir().unwrap();
    zoo::write_layout(folder.path(), &zoo::all());
    let layout = LayoutRepository::open(folder.path()).await.unwrap();
    for exhibit in zoo::all() {
        assert_has_exhibit(&layout, &exhibit).await;
    }
}

#[tokio::test]
async fn every_kind_of_the_zoo_is_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let target = LayoutRepository::create(folder.path().join("new")).await.unwrap();
    for exhibit in zoo::all() {
        put_exhibit(&target, &exhibit).await.unwrap_or_else(|error| panic!("{}: {error:?}", exhibit.name));
    }
    target.close().await.unwrap();
    let source = LayoutRepository::open(folder.path().join("new")).await.unwrap();
    for exhibit in zoo::all() {
        assert_has_exhibit(&source, &exhibit).await;
    }
}

#[tokio::test]
async fn skopeo_reads_what_we_write() {
    let Some(skopeo) = Skopeo::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ours");
    let target = LayoutRepository::create(&path).await.unwrap();
    for exhibit in zoo::all() {
        put_exhibit(&target, &exhibit).await.unwrap();
    }
    for exhibit in zoo::all() {
        let name = format!("oci:{}:{}", path.display(), exhibit.name);
        let there = format!("dir:{}", folder.path().join(exhibit.name).display());
        let copied = skopeo.copy(&name, &there, &["--all", "--preserve-digests"]).await;
        let expected = exhibit.readable().skopeo_layout;
        assert_eq!(copied.is_ok(), expected.is_yes(), "{}: {}", exhibit.name, copied.stderr);
        if expected.is_yes() {
            let manifest = std::fs::read(folder.path().join(exhibit.name).join("manifest.json")).unwrap();
            assert_eq!(manifest, exhibit.root.bytes, "{}", exhibit.name);
        }
    }
}

/// skopeo writes `index.json` in its own way, and into a layout that we have begun.
#[tokio::test]
async fn we_read_what_skopeo_writes_beside_our_own() {
    let Some(skopeo) = Skopeo::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (theirs, both) = (folder.path().join("theirs"), folder.path().join("both"));
    zoo::write_layout(&theirs, &zoo::all());
    let target = LayoutRepository::create(&both).await.unwrap();
    put_exhibit(&target, &zoo::one("zstd")).await.unwrap();
    for name in ["oci-image", "oci-index"] {
        let from = format!("oci:{}:{name}", theirs.display());
        let to = format!("oci:{}:{name}", both.display());
        skopeo.copy(&from, &to, &["--all", "--preserve-digests"]).await.expect_ok();
    }
    put_exhibit(&target, &zoo::one("uncompressed")).await.unwrap();
    let source = LayoutRepository::open(&both).await.unwrap();
    let mut tags: Vec<String> =
        Source::tags(&source).await.unwrap().iter().map(ToString::to_string).collect();
    tags.sort();
    assert_eq!(tags, ["oci-image", "oci-index", "uncompressed", "zstd"]);
    for tree in ["oci-image", "oci-index", "uncompressed", "zstd"].map(|name| zoo::one(name).root) {
        crate::trees::assert_has_tree(&source, &tree).await;
    }
}

#[tokio::test]
async fn the_shipped_example_is_one_image_with_an_sbom() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/quickstart/layout");
    let layout = LayoutRepository::open(path).await.unwrap();
    let only = layout.only_image().await.unwrap();
    assert_eq!(only.digest, layout.resolve(&"hello".parse().unwrap()).await.unwrap().digest);
    let referrers = layout.referrers(&only.digest, None).await.unwrap();
    assert_eq!(referrers.descriptors.len(), 1, "{referrers:?}");
    assert!(matches!(referrers.via, ReferrersVia::FallbackTag(_)));
}
