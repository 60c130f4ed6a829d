//! Docker archives of other programs, and other programs on ours.

use portolan_testkit::image::{Image, Layer, Tree};
use portolan_testkit::reader::{Podman, Skopeo};
use portolan_testkit::zoo;
use portolan_transport::{
    Archive, DockerArchiveWriter, Endpoint, Hosts, HostsOptions, Places, PlacesOptions, Source, Target,
    TransportError,
};
use serde_json::{Value, json};

use crate::trees::{by_tag, put_tree, read_blob, tag};

fn image() -> Tree {
    Image::oci().layer(Layer::gzip(1)).layer(Layer::gzip(2)).layer(Layer::gzip(1)).build()
}

fn config_digest(tree: &Tree) -> String {
    tree.json()["config"]["digest"].as_str().unwrap().to_owned()
}

fn diff_ids(tree: &Tree) -> Value {
    let config: Value = serde_json::from_slice(&tree.blobs[0].bytes()).unwrap();
    config["rootfs"]["diff_ids"].clone()
}

#[tokio::test]
async fn skopeo_reads_what_we_write() {
    let Some(skopeo) = Skopeo::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    for name in ["oci-image", "docker-image", "zstd", "uncompressed", "same-blob-twice", "empty-blob"] {
        let path = folder.path().join(format!("{name}.tar"));
        let tree = zoo::one(name).root;
        let target = DockerArchiveWriter::create(&path).await.unwrap();
        put_tree(&target, &tree, &tag("1")).await.unwrap();
        target.close().await.unwrap();
        let raw = skopeo.inspect_raw(&format!("docker-archive:{}", path.display())).await.expect_ok();
        let manifest: Value = serde_json::from_slice(&raw.stdout).unwrap();
        assert_eq!(manifest["config"]["digest"], json!(config_digest(&tree)), "{name}");
        let layers = manifest["layers"].as_array().unwrap();
        let layers: Vec<_> = layers.iter().map(|layer| layer["digest"].clone()).collect();
        assert_eq!(json!(layers), diff_ids(&tree), "{name}");
        let by_name = format!("docker-archive:{}:{name}:1", path.display());
        let there = format!("dir:{}", folder.path().join(name).display());
        skopeo.copy(&by_name, &there, &[]).await.expect_ok();
    }
}

#[tokio::test]
async fn both_find_an_image_by_the_name_that_either_wrote() {
    let Some(skopeo) = Skopeo::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let places = Places::new(PlacesOptions::new(Hosts::new(HostsOptions::default()).unwrap()));
    for (nth, name) in ["debian", "team/app", "example.com:5000/some/name"].into_iter().enumerate() {
        let ours = format!("docker-archive:{}/ours-{nth}.tar:{name}", folder.path().display());
        let endpoint: Endpoint = format!("{ours}:1.0").parse().unwrap();
        let target = places.target(&endpoint.location).await.unwrap();
        put_tree(&*target, &image(), &tag("1.0")).await.unwrap();
        target.close().await.unwrap();
        let theirs = format!("docker-archive:{}/theirs-{nth}.tar:{name}:1.0", folder.path().display());
        skopeo.copy(&format!("{ours}:1.0"), &theirs, &[]).await.expect_ok();
        let endpoint: Endpoint = theirs.parse().unwrap();
        let source = places.source(&endpoint.location).await.unwrap();
        let manifest = source.manifest(&endpoint.selector().unwrap()).await.unwrap();
        assert_eq!(manifest.parsed().blobs().next().unwrap().digest.to_string(), config_digest(&image()));
        assert_eq!(source.tags().await.unwrap().len(), 1);
    }
    let nth: Endpoint = format!("docker-archive:{}/no.tar:@0", folder.path().display()).parse().unwrap();
    let refused = places.target(&nth.location).await.err().unwrap();
    assert!(matches!(refused, TransportError::Rejected { .. }), "{refused:?}");
}

#[tokio::test]
async fn we_read_what_skopeo_writes() {
    let Some(skopeo) = Skopeo::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let layout = folder.path().join("layout");
    let mut exhibit = zoo::one("oci-image");
    exhibit.root = image();
    zoo::write_layout(&layout, &[exhibit]);
    let path = folder.path().join("theirs.tar");
    let from = format!("oci:{}:oci-image", layout.display());
    let to = format!("docker-archive:{}:example.com/some/name:1.0", path.display());
    skopeo.copy(&from, &to, &[]).await.expect_ok();
    let source = Archive::open_docker(&path).await.unwrap();
    let manifest = source.manifest(&by_tag("1.0")).await.unwrap();
    let blobs: Vec<_> = manifest.parsed().blobs().collect();
    let layers: Vec<_> = blobs[1..].iter().map(|layer| json!(layer.digest.to_string())).collect();
    assert_eq!(json!(layers), diff_ids(&image()));
    for blob in blobs {
        let bytes = read_blob(&source, blob).await.unwrap();
        assert_eq!(portolan_testkit::digest::sha256(&bytes), blob.digest.to_string());
    }
}

#[tokio::test]
async fn podman_loads_what_we_write_and_we_read_what_it_saves() {
    let Some(podman) = Podman::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ours.tar");
    let target = DockerArchiveWriter::create(&path).await.unwrap();
    put_tree(&target, &image(), &tag("1")).await.unwrap();
    target.close().await.unwrap();
    podman.run(&["load", "-i", path.to_str().unwrap()]).await.expect_ok();
    let id = podman.run(&["image", "inspect", "--format", "{{.Id}}", "ours:1"]).await.expect_ok();
    assert_eq!(format!("sha256:{}", id.text()), config_digest(&image()));

    let saved = folder.path().join("saved.tar");
    podman.run(&["save", "-o", saved.to_str().unwrap(), "ours:1"]).await.expect_ok();
    let source = Archive::open_docker(&saved).await.unwrap();
    let manifest = source.manifest(&by_tag("1")).await.unwrap();
    let config = manifest.parsed().blobs().next().unwrap();
    assert_eq!(config.digest.to_string(), config_digest(&image()));
}
