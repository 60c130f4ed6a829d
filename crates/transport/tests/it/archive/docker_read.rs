//! Docker archives in the forms that programs have written.

use std::path::Path;

use portolan_oci::Descriptor;
use portolan_testkit::digest;
use portolan_testkit::image::{Image, Layer, Tree};
use portolan_transport::{
    Archive, Endpoint, Hosts, HostsOptions, Places, PlacesOptions, Source, TransportError,
};
use serde_json::{Value, json};

use super::tar::HandMade;
use crate::trees::{by_tag, read_blob};

fn image() -> Tree {
    Image::docker().layer(Layer::plain(1)).layer(Layer::plain(2)).build()
}

fn manifest_json(config: &str, tags: &Value, layers: &[&str]) -> String {
    json!([{"Config": config, "RepoTags": tags, "Layers": layers}]).to_string()
}

async fn blobs(source: &Archive, tag: &str) -> Vec<Descriptor> {
    let manifest = source.manifest(&by_tag(tag)).await.unwrap();
    let blobs: Vec<_> = manifest.parsed().blobs().cloned().collect();
    for blob in &blobs {
        assert_eq!(digest::sha256(read_blob(source, blob).await.unwrap()), blob.digest.to_string());
    }
    blobs
}

async fn assert_is_image(path: &Path, tag: &str) {
    let source = Archive::open_docker(path).await.unwrap();
    let found: Vec<_> = blobs(&source, tag).await.iter().map(|blob| blob.digest.to_string()).collect();
    let wanted: Vec<_> = image().blobs.iter().map(|blob| blob.digest.clone()).collect();
    assert_eq!(found, wanted);
}

/// As `docker save` wrote until version 24: a folder for each layer, one of which may be a link.
#[tokio::test]
async fn folders_for_layers_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.tar");
    let image = image();
    let tags = json!(["busybox:1.36", "example.com:5000/busybox:latest"]);
    HandMade::default()
        .file("aa/VERSION", "1.0")
        .file("aa/json", "{}")
        .file("aa/layer.tar", image.blobs[1].bytes())
        .file("bb/VERSION", "1.0")
        .symlink("bb/layer.tar", "../cc/layer.tar")
        .file("cc/layer.tar", image.blobs[2].bytes())
        .file("config.json", image.blobs[0].bytes())
        .file("repositories", r#"{"busybox":{"1.36":"bb"}}"#)
        .file("manifest.json", manifest_json("config.json", &tags, &["aa/layer.tar", "bb/layer.tar"]))
        .write(&path);
    assert_is_image(&path, "1.36").await;
    assert_is_image(&path, "latest").await;
}

/// As `docker save` has written since version 25: an OCI layout with a `manifest.json`.
#[tokio::test]
async fn layouts_with_a_manifest_json_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.tar");
    let image = image();
    let paths: Vec<_> =
        image.blobs.iter().map(|blob| format!("blobs/{}", blob.digest.replace(':', "/"))).collect();
    let layers: Vec<_> = paths[1..].iter().map(String::as_str).collect();
    let mut archive =
        HandMade::default().member("blobs/", b'5', "", b"").member("blobs/sha256/", b'5', "", b"");
    for (path, blob) in paths.iter().zip(&image.blobs) {
        archive = archive.file(path, blob.bytes());
    }
    archive
        .file("index.json", r#"{"schemaVersion":2,"manifests":[]}"#)
        .file("manifest.json", manifest_json(&paths[0], &json!(["busybox:1.36"]), &layers))
        .file("oci-layout", r#"{"imageLayoutVersion": "1.0.0"}"#)
        .write(&path);
    assert_is_image(&path, "1.36").await;
}

/// As programs on containerd's image store write them.
#[tokio::test]
async fn compressed_layers_are_read_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let image = Image::docker().layer(Layer::gzip(1)).layer(Layer::zstd(2)).build();
    let by_digest = |at: usize| format!("blobs/{}", image.blobs[at].digest.replace(':', "/"));
    for names in [["one.tar.gz".to_owned(), "two.tar.zst".to_owned()], [by_digest(1), by_digest(2)]] {
        let path = folder.path().join("packed.tar");
        HandMade::default()
            .file("c.json", image.blobs[0].bytes())
            .file(&names[0], image.blobs[1].bytes())
            .file(&names[1], image.blobs[2].bytes())
            .file("manifest.json", manifest_json("c.json", &json!(["a:1"]), &[&names[0], &names[1]]))
            .write(&path);
        let found = blobs(&Archive::open_docker(&path).await.unwrap(), "1").await;
        let types: Vec<_> = found.iter().map(|blob| blob.media_type.as_str()).collect();
        let expected = [
            "application/vnd.docker.container.image.v1+json",
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "application/vnd.docker.image.rootfs.diff.tar.zstd",
        ];
        assert_eq!(types, expected);
        assert_eq!(found[2].digest.to_string(), image.blobs[2].digest);
    }
}

#[tokio::test]
async fn several_images_and_images_without_a_name_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("several.tar");
    let (one, two) = (image(), Image::docker().layer(Layer::plain(1)).build());
    let items = json!([
        {"Config": "one.json", "RepoTags": ["a:latest"], "Layers": ["1.tar", "2.tar"]},
        {"Config": "two.json", "RepoTags": null, "Layers": ["1.tar"]},
    ]);
    HandMade::default()
        .file("one.json", one.blobs[0].bytes())
        .file("two.json", two.blobs[0].bytes())
        .file("1.tar", one.blobs[1].bytes())
        .file("2.tar", one.blobs[2].bytes())
        .file("manifest.json", items.to_string())
        .write(&path);
    let source = Archive::open_docker(&path).await.unwrap();
    assert_eq!(source.tags().await.unwrap().len(), 1);
    let only = source.only_image().await.unwrap();
    assert_eq!(only.digest, source.resolve(&by_tag("latest")).await.unwrap().digest);
    let again = Archive::open_docker(&path).await.unwrap().only_image().await.unwrap();
    assert_eq!(only, again, "the manifest that is made is always the same");
}

/// Two images that have a tag in common, and one without a name.
#[tokio::test]
async fn one_of_several_is_chosen_by_its_name_or_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("several.tar");
    let images: Vec<_> = (1..=3).map(|seed| Image::docker().layer(Layer::plain(seed)).build()).collect();
    let items = json!([
        {"Config": "0.json", "RepoTags": ["a:1", "localhost/other:1"], "Layers": ["0.tar"]},
        {"Config": "1.json", "RepoTags": ["docker.io/library/b:1"], "Layers": ["1.tar"]},
        {"Config": "2.json", "RepoTags": null, "Layers": ["2.tar"]},
    ]);
    let mut archive = HandMade::default().file("manifest.json", items.to_string());
    for (nth, image) in images.iter().enumerate() {
        archive = archive.file(&format!("{nth}.json"), image.blobs[0].bytes());
        archive = archive.file(&format!("{nth}.tar"), image.blobs[1].bytes());
    }
    archive.write(&path);
    let places = Places::new(PlacesOptions::new(Hosts::new(HostsOptions::default()).unwrap()));
    let chosen = [("a:1", 0), ("localhost/other", 0), ("b:1", 1), ("@0", 0), ("@1", 1), ("@2", 2)];
    for (name, nth) in chosen {
        let endpoint: Endpoint = format!("docker-archive:{}:{name}", path.display()).parse().unwrap();
        let source = places.source(&endpoint.location).await.unwrap();
        let manifest = match endpoint.selector() {
            Some(selector) => source.manifest(&selector).await.unwrap(),
            None => source.manifest(&source.only_image().await.unwrap().digest.into()).await.unwrap(),
        };
        let config = manifest.parsed().blobs().next().unwrap();
        assert_eq!(config.digest.to_string(), images[nth].blobs[0].digest, "{name}");
    }
    for (name, said) in [
        (
            "c:1",
            "it has no image of docker.io/library/c; it has a:1, localhost/other:1, docker.io/library/b:1",
        ),
        ("@3", "it has no image @3: it holds 3, the first being @0"),
    ] {
        let endpoint: Endpoint = format!("docker-archive:{}:{name}", path.display()).parse().unwrap();
        let Err(TransportError::Rejected { message, .. }) = places.source(&endpoint.location).await else {
            panic!("{name} was found");
        };
        assert_eq!(message, said);
    }
}

async fn rejected(archive: HandMade) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.tar");
    archive.write(&path);
    match Archive::open_docker(&path).await {
        Err(TransportError::Rejected { message, .. }) => message,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("a bad archive was accepted"),
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let image = image();
    let with = |layers: &[&str]| {
        HandMade::default()
            .file("c.json", image.blobs[0].bytes())
            .file("1.tar", image.blobs[1].bytes())
            .file("manifest.json", manifest_json("c.json", &json!(["a:1"]), layers))
    };
    assert_eq!(rejected(with(&["1.tar", "2.tar"])).await, "it has no member \"2.tar\"");
    assert_eq!(rejected(with(&["1.tar"])).await, "\"c.json\" names 2 layers, but there are 1");
    assert_eq!(rejected(with(&["1.tar", "../../etc/passwd"])).await, "it has no member \"../../etc/passwd\"");
    let old = HandMade::default().file("repositories", "{}").file("aa/layer.tar", "");
    assert_eq!(
        rejected(old).await,
        "it was not written by `docker save`: it has no member \"manifest.json\""
    );
}

/// A layer that is not what the configuration says is found out by whoever reads it.
#[tokio::test]
async fn a_layer_is_known_by_what_the_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lie.tar");
    let image = image();
    HandMade::default()
        .file("c.json", image.blobs[0].bytes())
        .file("1.tar", image.blobs[2].bytes())
        .file("2.tar", image.blobs[2].bytes())
        .file("manifest.json", manifest_json("c.json", &json!(["a:1"]), &["1.tar", "2.tar"]))
        .write(&path);
    let source = Archive::open_docker(&path).await.unwrap();
    let manifest = source.manifest(&by_tag("1")).await.unwrap();
    let layer = manifest.parsed().blobs().nth(1).unwrap().clone();
    assert_eq!(layer.digest.to_string(), image.blobs[1].digest);
    assert_ne!(digest::sha256(read_blob(&source, &layer).await.unwrap()), image.blobs[1].digest);
}
