//! What stands in `index.json` after what was done.

use std::fs;
use std::path::Path;

use portolan_testkit::image::{Image, Layer, Tree, index_of, media};
use portolan_testkit::zoo;
use portolan_transport::{Deleted, LayoutRepository, PutAs, Target};
use serde_json::{Value, json};

use crate::trees::{by_tag, manifest, put_exhibit, put_tree, tag};

const REF_NAME: &str = "org.opencontainers.image.ref.name";

fn image(seed: u64) -> Tree {
    Image::oci().layer(Layer::gzip(seed)).build()
}

fn index_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path.join("index.json")).unwrap()).unwrap()
}

/// The entries: digest and tag.
fn entries(path: &Path) -> Vec<(String, Option<String>)> {
    let index = index_json(path);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    index["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (text(&entry["digest"]).unwrap(), text(&entry["annotations"][REF_NAME])))
        .collect()
}

fn entry(tree: &Tree, tag: Option<&str>) -> (String, Option<String>) {
    (tree.digest.clone(), tag.map(str::to_owned))
}

#[tokio::test]
async fn children_are_listed_only_until_their_index_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let layout = LayoutRepository::create(folder.path()).await.unwrap();
    let (one, two) = (image(1), image(2));
    put_tree(&layout, &one, &PutAs::Digest).await.unwrap();
    put_tree(&layout, &two, &PutAs::Digest).await.unwrap();
    assert_eq!(entries(folder.path()), [entry(&one, None), entry(&two, None)]);
    let index = index_of(media::OCI_INDEX, vec![(one, "linux/amd64"), (two, "linux/arm64")]);
    layout.put_manifest(&manifest(&index), &PutAs::Digest).await.unwrap();
    assert_eq!(entries(folder.path()), [entry(&index, None)]);
    layout.put_manifest(&manifest(&index), &tag("both")).await.unwrap();
    assert_eq!(entries(folder.path()), [entry(&index, Some("both"))]);
}

#[tokio::test]
async fn a_tag_moves_in_its_place_and_others_stay_in_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let layout = LayoutRepository::create(folder.path()).await.unwrap();
    let (one, two) = (image(1), image(2));
    for name in ["a", "b", "c"] {
        put_tree(&layout, &one, &tag(name)).await.unwrap();
    }
    put_tree(&layout, &two, &tag("b")).await.unwrap();
    put_tree(&layout, &two, &tag("b")).await.unwrap();
    let expected = [entry(&one, Some("a")), entry(&two, Some("b")), entry(&one, Some("c"))];
    assert_eq!(entries(folder.path()), expected);
}

#[tokio::test]
async fn what_is_not_understood_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("blobs/sha256")).unwrap();
    fs::write(folder.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let odd = json!({
        "schemaVersion": 2,
        "org.example.unknown": {"deep": [1, null]},
        "annotations": {"made": "by hand"},
        "manifests": [
            {"mediaType": "application/vnd.example+json", "digest": "blake3:00", "size": 1, "x": 1.50},
            {"mediaType": media::OCI_MANIFEST, "digest": image(7).digest, "size": 9, "odd": true,
             "platform": {"os": "linux", "architecture": "amd64", "extra": 1}},
        ],
    });
    fs::write(folder.path().join("index.json"), serde_json::to_string_pretty(&odd).unwrap()).unwrap();
    let layout = LayoutRepository::create(folder.path()).await.unwrap();
    put_tree(&layout, &image(1), &tag("new")).await.unwrap();
    put_tree(&layout, &image(7), &tag("named")).await.unwrap();
    let mut now = index_json(folder.path());
    assert_eq!(now["org.example.unknown"], odd["org.example.unknown"]);
    assert_eq!(now["annotations"], odd["annotations"]);
    assert_eq!(now["manifests"][0], odd["manifests"][0]);
    assert_eq!(now["manifests"][1]["annotations"].take(), json!({REF_NAME: "named"}));
    now["manifests"][1].as_object_mut().unwrap().remove("annotations");
    assert_eq!(now["manifests"][1], odd["manifests"][1]);
}

#[tokio::test]
async fn a_referrer_stays_listed_when_its_tag_goes() {
    let folder = tempfile::tempdir().unwrap();
    let layout = LayoutRepository::create(folder.path()).await.unwrap();
    let exhibit = zoo::all().into_iter().find(|exhibit| !exhibit.referrers.is_empty()).unwrap();
    put_exhibit(&layout, &exhibit).await.unwrap();
    let referrer = &exhibit.referrers[0];
    put_tree(&layout, referrer, &tag("named")).await.unwrap();
    assert!(entries(folder.path()).contains(&entry(referrer, Some("named"))));
    assert_eq!(layout.delete(&by_tag("named")).await.unwrap(), Deleted::Tag);
    assert!(entries(folder.path()).contains(&entry(referrer, None)));
    assert_eq!(layout.delete(&by_tag("named")).await.unwrap(), Deleted::NotThere);
}

#[tokio::test]
async fn a_manifest_goes_with_its_entries_and_leaves_its_layers() {
    let folder = tempfile::tempdir().unwrap();
    let layout = LayoutRepository::create(folder.path()).await.unwrap();
    let (one, two) = (image(1), image(2));
    put_tree(&layout, &one, &tag("one")).await.unwrap();
    put_tree(&layout, &two, &tag("two")).await.unwrap();
    let digest = *manifest(&one).digest();
    assert_eq!(layout.delete(&digest.into()).await.unwrap(), Deleted::Manifest(digest));
    assert_eq!(entries(folder.path()), [entry(&two, Some("two"))]);
    let layer = crate::trees::descriptor(&one.blobs[1]);
    assert!(layout.has_blob(&layer).await.unwrap());
    let not_a_manifest = layout.delete(&layer.digest.into()).await.unwrap();
    assert_eq!(not_a_manifest, Deleted::NotThere);
    assert!(layout.has_blob(&layer).await.unwrap());
}
