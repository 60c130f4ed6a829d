//! Docker archives in the making.

use std::fs;

use portolan_testkit::image::{Image, Layer, Tree, index_of, media};
use portolan_testkit::zoo;
use portolan_transport::{Archive, DockerArchiveWriter, Source, Target, TransportError};
use serde_json::{Value, json};

use super::tar::unpack;
use crate::trees::{by_tag, descriptor, put_blob, put_tree, read_blob, tag};

/// An image with layers of every compression, one of them twice.
fn image() -> Tree {
    Image::oci()
        .layer(Layer::gzip(1))
        .layer(Layer::zstd(2))
        .layer(Layer::plain(3))
        .layer(Layer::gzip(1))
        .build()
}

fn config(tree: &Tree) -> Value {
    serde_json::from_slice(&tree.blobs[0].bytes()).unwrap()
}

#[tokio::test]
async fn configuration_and_diff_ids_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("debian.tar");
    let target = DockerArchiveWriter::create(&path).await.unwrap();
    let image = image();
    put_tree(&target, &image, &tag("13")).await.unwrap();
    put_tree(&target, &image, &tag("latest")).await.unwrap();
    assert!(!path.exists());
    target.close().await.unwrap();
    drop(target);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something was left beside the archive");

    let unpacked = folder.path().join("unpacked");
    unpack(&path, &unpacked);
    let hex = |digest: &Value| digest.as_str().unwrap().split_once(':').unwrap().1.to_owned();
    let layers: Vec<_> = config(&image)["rootfs"]["diff_ids"]
        .as_array()
        .unwrap()
        .iter()
        .map(|diff_id| format!("{}.tar", hex(diff_id)))
        .collect();
    let config_name = format!("{}.json", hex(&image.json()["config"]["digest"]));
    let manifest: Value = serde_json::from_slice(&fs::read(unpacked.join("manifest.json")).unwrap()).unwrap();
    let tags = json!(["debian:13", "debian:latest"]);
    assert_eq!(manifest, json!([{"Config": config_name, "RepoTags": tags, "Layers": layers}]));
    assert_eq!(fs::read(unpacked.join(config_name)).unwrap(), image.blobs[0].bytes());
    for layer in layers {
        let digest = portolan_testkit::digest::sha256(fs::read(unpacked.join(&layer)).unwrap());
        assert_eq!(format!("sha256:{}", layer.trim_end_matches(".tar")), digest);
    }
}

#[tokio::test]
async fn what_was_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("debian.tar");
    let target = DockerArchiveWriter::create(&path).await.unwrap();
    put_tree(&target, &image(), &tag("13")).await.unwrap();
    target.close().await.unwrap();
    let source = Archive::open_docker(&path).await.unwrap();
    let manifest = source.manifest(&by_tag("13")).await.unwrap();
    assert_eq!(source.only_image().await.unwrap().digest, *manifest.digest());
    let blobs: Vec<_> = manifest.parsed().blobs().collect();
    assert_eq!(blobs[0].digest, descriptor(&image().blobs[0]).digest);
    let diff_ids: Vec<_> = blobs[1..].iter().map(|layer| json!(layer.digest.to_string())).collect();
    assert_eq!(json!(diff_ids), config(&image())["rootfs"]["diff_ids"]);
    for blob in blobs {
        let bytes = read_blob(&source, blob).await.unwrap();
        assert_eq!(portolan_testkit::digest::sha256(&bytes), blob.digest.to_string());
    }
}

#[tokio::test]
async fn the_same_image_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut written = Vec::new();
    for name in ["one", "two"] {
        let path = folder.path().join(name).join("image.tar");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let target = DockerArchiveWriter::create(&path).await.unwrap();
        put_tree(&target, &image(), &tag("1")).await.unwrap();
        target.close().await.unwrap();
        written.push(fs::read(&path).unwrap());
    }
    assert!(written[0] == written[1]);
}

async fn refusal(tree: &Tree) -> String {
    let folder = tempfile::tempdir().unwrap();
    let target = DockerArchiveWriter::create(folder.path().join("image.tar")).await.unwrap();
    match put_tree(&target, tree, &tag("1")).await {
        Err(TransportError::Rejected { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_a_hint() {
    let index = zoo::one("empty-index").root;
    assert_eq!(
        refusal(&index).await,
        "a docker-archive holds one image for one platform, and this is an index of several: choose a platform, or write an oci-archive:"
    );
    let artifact = zoo::one("artifact").root;
    assert_eq!(
        refusal(&artifact).await,
        "a docker-archive holds container images only, and this is another artifact: write an oci-archive:"
    );
    let foreign = zoo::one("foreign-docker").root;
    assert_eq!(
        refusal(&foreign).await,
        "a layer of the image may not be distributed and was not copied, but an archive must have it"
    );
    let both = index_of(media::OCI_INDEX, vec![(image(), "linux/amd64")]);
    assert!(refusal(&both).await.contains("an index of several"));
}

#[tokio::test]
async fn a_second_image_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let target = DockerArchiveWriter::create(&path).await.unwrap();
    put_tree(&target, &image(), &tag("1")).await.unwrap();
    let error = put_tree(&target, &zoo::one("oci-image").root, &tag("2")).await.unwrap_err();
    assert!(error.to_string().contains("this would be a second one"), "{error}");
    target.close().await.unwrap();
    assert_eq!(Archive::open_docker(&path).await.unwrap().tags().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_layer_that_unpacks_to_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let wrong = Layer { diff_id: Layer::gzip(5).diff_id, ..Layer::gzip(6) };
    let target = DockerArchiveWriter::create(&path).await.unwrap();
    put_tree(&target, &Image::oci().layer(wrong).build(), &tag("1")).await.unwrap();
    let error = target.close().await.unwrap_err();
    assert!(matches!(error, TransportError::Content { .. }), "{error}");
    drop(target);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_archive_of_nothing_does_not_come_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let target = DockerArchiveWriter::create(folder.path().join("image.tar")).await.unwrap();
    put_blob(&target, &image().blobs[0]).await.unwrap();
    target.close().await.unwrap();
    drop(target);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_powers_say_that_it_holds_one_image() {
    let folder = tempfile::tempdir().unwrap();
    let target = DockerArchiveWriter::create(folder.path().join("image.tar")).await.unwrap();
    assert!(!target.capabilities().any_artifact.is_possible());
    let path = folder.path().join("Not A Name.tar.gz");
    let target = DockerArchiveWriter::create(&path).await.unwrap();
    put_tree(&target, &image(), &tag("1")).await.unwrap();
    target.close().await.unwrap();
    let unpacked = folder.path().join("unpacked");
    unpack(&path, &unpacked);
    let manifest = fs::read_to_string(unpacked.join("manifest.json")).unwrap();
    assert!(manifest.contains(r#""RepoTags":["image:1"]"#), "{manifest}");
}
