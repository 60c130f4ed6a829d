//! What an image goes by, as different programs write it.

use std::fs;
use std::path::Path;

use portolan_testkit::image::{Image, Layer, Tree};
use portolan_testkit::zoo;
use portolan_transport::{LayoutRepository, Source, TransportError};
use serde_json::{Value, json};

use crate::trees::by_tag;

const REF_NAME: &str = "org.opencontainers.image.ref.name";
const IMAGE_NAME: &str = "io.containerd.image.name";

fn image(seed: u64) -> Tree {
    Image::oci().layer(Layer::gzip(seed)).build()
}

/// A layout whose entries carry these annotations.
fn layout(path: &Path, entries: &[(&Tree, Value)]) {
    fs::create_dir_all(path.join("blobs/sha256")).unwrap();
    fs::write(path.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let entries: Vec<Value> = entries
        .iter()
        .map(|(tree, annotations)| {
            fs::write(path.join("blobs/sha256").join(tree.hex()), &tree.bytes).unwrap();
            let mut entry = tree.descriptor();
            entry["annotations"] = annotations.clone();
            entry
        })
        .collect();
    let index = json!({"schemaVersion": 2, "manifests": entries});
    fs::write(path.join("index.json"), index.to_string()).unwrap();
}

async fn resolved(source: &LayoutRepository, tag: &str) -> String {
    source.resolve(&by_tag(tag)).await.unwrap().digest.to_string()
}

#[tokio::test]
async fn tags_are_found_wherever_programs_put_them() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, buildx, full) = (image(1), image(2), image(3));
    layout(
        folder.path(),
        &[
            (&plain, json!({REF_NAME: "plain"})),
            (&buildx, json!({REF_NAME: "13", IMAGE_NAME: "docker.io/library/debian:13"})),
            (&full, json!({REF_NAME: "docker.io/library/busybox:1.36"})),
        ],
    );
    let source = LayoutRepository::open(folder.path()).await.unwrap();
    for (tag, tree) in [("plain", &plain), ("13", &buildx), ("1.36", &full)] {
        assert_eq!(resolved(&source, tag).await, tree.digest, "{tag}");
    }
    let tags: Vec<_> = source.tags().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(tags, ["plain", "13", "1.36"]);
}

#[tokio::test]
async fn an_exact_tag_comes_before_the_end_of_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let (by_name, exact) = (image(1), image(2));
    layout(
        folder.path(),
        &[
            (&by_name, json!({IMAGE_NAME: "docker.io/library/a:latest"})),
            (&exact, json!({REF_NAME: "latest"})),
        ],
    );
    let source = LayoutRepository::open(folder.path()).await.unwrap();
    assert_eq!(resolved(&source, "latest").await, exact.digest);
}

#[tokio::test]
async fn one_tag_of_two_images_is_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (image(1), image(2));
    let name =
        |name: &str| json!({REF_NAME: "latest", IMAGE_NAME: format!("docker.io/library/{name}:latest")});
    layout(folder.path(), &[(&one, name("a")), (&two, name("b")), (&one, name("c"))]);
    let source = LayoutRepository::open(folder.path()).await.unwrap();
    let error = source.resolve(&by_tag("latest")).await.unwrap_err();
    let TransportError::Rejected { message, .. } = error else { panic!("{error}") };
    let expected = format!(
        "several images go by this tag, name one by its digest: docker.io/library/a:latest ({}), docker.io/library/b:latest ({})",
        one.digest, two.digest
    );
    assert_eq!(message, expected);
}

#[tokio::test]
async fn the_only_image_is_not_its_companions() {
    let folder = tempfile::tempdir().unwrap();
    for exhibit in zoo::all() {
        let path = folder.path().join(exhibit.name);
        zoo::write_layout(&path, std::slice::from_ref(&exhibit));
        let source = LayoutRepository::open(&path).await.unwrap();
        let only = source.only_image().await.unwrap();
        assert_eq!(only.digest.to_string(), exhibit.root.digest, "{}", exhibit.name);
    }
}

#[tokio::test]
async fn an_untagged_image_is_the_only_one_and_several_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (image(1), image(2));
    layout(folder.path(), &[(&one, json!({}))]);
    let source = LayoutRepository::open(folder.path()).await.unwrap();
    assert_eq!(source.only_image().await.unwrap().digest.to_string(), one.digest);
    layout(folder.path(), &[(&one, json!({REF_NAME: "one"})), (&two, json!({REF_NAME: "two"}))]);
    let error = source.only_image().await.unwrap_err();
    let TransportError::Rejected { message, .. } = &error else { panic!("{error}") };
    assert!(message.starts_with("it holds several images, name one: "), "{message}");
    assert!(message.contains("one") && message.contains("two"), "{message}");
    layout(folder.path(), &[]);
    assert!(source.only_image().await.unwrap_err().is_not_found());
}
