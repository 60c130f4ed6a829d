//! OCI archives of other programs, and other programs on ours.

use portolan_testkit::reader::{Podman, Skopeo};
use portolan_testkit::zoo;
use portolan_transport::{Archive, OciArchiveWriter, Target};

use super::tar;
use crate::trees::{assert_has_exhibit, assert_has_tree, put_exhibit, put_tree, tag};

#[tokio::test]
async fn every_kind_of_the_zoo_is_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zoo.tar");
    let target = OciArchiveWriter::create(&path).await.unwrap();
    for exhibit in zoo::all() {
        put_exhibit(&target, &exhibit).await.unwrap_or_else(|error| panic!("{}: {error:?}", exhibit.name));
    }
    target.close().await.unwrap();
    let source = Archive::open_oci(&path).await.unwrap();
    for exhibit in zoo::all() {
        assert_has_exhibit(&source, &exhibit).await;
    }
}

#[tokio::test]
async fn skopeo_reads_what_we_write() {
    let Some(skopeo) = Skopeo::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zoo.tar");
    let target = OciArchiveWriter::create(&path).await.unwrap();
    for exhibit in zoo::all() {
        put_exhibit(&target, &exhibit).await.unwrap();
    }
    target.close().await.unwrap();
    for exhibit in zoo::all() {
        let name = format!("oci-archive:{}:{}", path.display(), exhibit.name);
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

#[tokio::test]
async fn we_read_what_skopeo_writes() {
    let Some(skopeo) = Skopeo::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let layout = folder.path().join("layout");
    zoo::write_layout(&layout, &zoo::all());
    for name in ["oci-image", "oci-index", "zstd", "uncompressed"] {
        let path = folder.path().join(format!("{name}.tar"));
        let from = format!("oci:{}:{name}", layout.display());
        let to = format!("oci-archive:{}:{name}", path.display());
        skopeo.copy(&from, &to, &["--all", "--preserve-digests"]).await.expect_ok();
        let source = Archive::open_oci(&path).await.unwrap();
        assert_has_tree(&source, &zoo::one(name).root).await;
    }
}

#[tokio::test]
async fn podman_loads_what_we_write() {
    let Some(podman) = Podman::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let target = OciArchiveWriter::create(&path).await.unwrap();
    let image = zoo::one("oci-image").root;
    put_tree(&target, &image, &tag("one")).await.unwrap();
    target.close().await.unwrap();
    let pulled = podman.pull(&format!("oci-archive:{}", path.display())).await.expect_ok();
    let config = image.json()["config"]["digest"].as_str().unwrap().to_owned();
    assert_eq!(format!("sha256:{}", pulled.text()), config);
}

/// The layout is there with the system's tar too, and nothing else.
#[tokio::test]
async fn tar_unpacks_what_we_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let target = OciArchiveWriter::create(&path).await.unwrap();
    let exhibit = zoo::one("sha512");
    put_exhibit(&target, &exhibit).await.unwrap();
    target.close().await.unwrap();
    let unpacked = folder.path().join("unpacked");
    tar::unpack(&path, &unpacked);
    let layout = portolan_transport::LayoutRepository::open(&unpacked).await.unwrap();
    assert_has_exhibit(&layout, &exhibit).await;
}
