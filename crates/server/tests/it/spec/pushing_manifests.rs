//! "Pushing Manifests".

use portolan_testkit::digest;
use portolan_testkit::image::{Blob, Image, Layer, Tree, index_of, media};
use portolan_testkit::zoo;
use serde_json::json;

use crate::Door;
use crate::door::{header, json, on_each_database, refusal};

on_each_database!(
    the_answer_names_the_manifest,
    every_kind_comes_back_byte_for_byte,
    a_digest_that_is_not_that_of_the_bytes_is_refused,
    what_the_manifest_names_has_to_be_there,
    foreign_layers_need_not_be_there,
    a_subject_need_not_be_there_and_is_named_in_the_answer,
    four_mebibytes_are_taken_and_one_byte_more_is_not,
    what_is_no_manifest_is_refused,
    a_tag_moves_and_the_old_manifest_stays,
    two_writers_of_one_tag_both_succeed_and_one_of_them_stands,
);

async fn the_answer_names_the_manifest(door: &Door) {
    let tree = Image::oci().build();
    door.client().push_tree("a/b", &tree, &[]).await.unwrap();
    let put = door.put_manifest("a/b", "v1", &tree.media_type, &tree.bytes).await;
    assert_eq!(put.status(), 201);
    assert_eq!(header(&put, "docker-content-digest"), tree.digest);
    assert_eq!(header(&put, "location"), format!("/v2/a/b/manifests/{}", tree.digest));
    assert!(put.headers().get("oci-subject").is_none());
}

async fn every_kind_comes_back_byte_for_byte(door: &Door) {
    for exhibit in zoo::all() {
        let repository = format!("zoo/{}", exhibit.name.replace('_', "-"));
        door.client().push(&repository, &exhibit).await;
        for tag in &exhibit.tags {
            let got = door.get(&format!("/v2/{repository}/manifests/{tag}")).await;
            assert_eq!(header(&got, "content-type"), exhibit.root.media_type, "{}", exhibit.name);
            assert_eq!(got.bytes().await.unwrap(), exhibit.root.bytes, "{}", exhibit.name);
        }
    }
}

async fn a_digest_that_is_not_that_of_the_bytes_is_refused(door: &Door) {
    let tree = Image::oci().build();
    door.client().push_tree("a", &tree, &[]).await.unwrap();
    let other = digest::sha256(b"other");
    let put = door.put_manifest("a", &other, &tree.media_type, &tree.bytes).await;
    assert_eq!(refusal(put).await, (400, "DIGEST_INVALID".to_owned()));
}

async fn what_the_manifest_names_has_to_be_there(door: &Door) {
    let image = Image::oci().layer(Layer::gzip(1)).build();
    let put = door.put_manifest("a", "v1", &image.media_type, &image.bytes).await;
    let body: serde_json::Value = json(put).await;
    assert_eq!(body["errors"][0]["code"], "MANIFEST_BLOB_UNKNOWN");
    assert_eq!(body["errors"][0]["detail"]["digests"].as_array().unwrap().len(), image.blobs.len());
    let index = index_of(media::OCI_INDEX, vec![(image, "linux/amd64")]);
    let put = door.put_manifest("a", "v1", &index.media_type, &index.bytes).await;
    assert_eq!(refusal(put).await, (404, "MANIFEST_BLOB_UNKNOWN".to_owned()));
    assert_eq!(door.head("/v2/a/manifests/v1").await.status(), 404);
}

async fn foreign_layers_need_not_be_there(door: &Door) {
    let foreign = Blob::foreign(media::OCI_FOREIGN, b"windows", "https://example.com/layer");
    let config = Blob::new(media::OCI_CONFIG, "{}");
    let tree = portolan_testkit::image::manifest_of(config, vec![foreign], &json!({}));
    door.client().push_tree("a", &tree, &["v1".to_owned()]).await.unwrap();
    assert_eq!(door.head("/v2/a/manifests/v1").await.status(), 200);
}

async fn a_subject_need_not_be_there_and_is_named_in_the_answer(door: &Door) {
    let subject = Image::oci().build();
    let referrer = Image::oci().field("subject", subject.descriptor()).build();
    for blob in &referrer.blobs {
        door.push_blob("a", &blob.bytes()).await;
    }
    let put = door.put_manifest("a", &referrer.digest, &referrer.media_type, &referrer.bytes).await;
    assert_eq!(put.status(), 201);
    assert_eq!(header(&put, "oci-subject"), subject.digest);
}

async fn four_mebibytes_are_taken_and_one_byte_more_is_not(door: &Door) {
    let limit = 4 << 20;
    let config = Blob::new(media::OCI_CONFIG, "{}");
    door.push_blob("a", b"{}").await;
    let sized = |length: usize| {
        let empty =
            portolan_testkit::image::manifest_of(config.clone(), vec![], &json!({"annotations": {"a": ""}}));
        let filling = "x".repeat(length - empty.bytes.len());
        portolan_testkit::image::manifest_of(config.clone(), vec![], &json!({"annotations": {"a": filling}}))
    };
    let (fits, too_large): (Tree, Tree) = (sized(limit), sized(limit + 1));
    assert_eq!(fits.bytes.len(), limit);
    assert_eq!(door.put_manifest("a", "v1", &fits.media_type, &fits.bytes).await.status(), 201);
    assert_eq!(door.get("/v2/a/manifests/v1").await.bytes().await.unwrap(), fits.bytes);
    let put = door.put_manifest("a", "v2", &too_large.media_type, &too_large.bytes).await;
    assert_eq!(refusal(put).await, (413, "SIZE_INVALID".to_owned()));
}

async fn what_is_no_manifest_is_refused(door: &Door) {
    let ambiguous = json!({"schemaVersion": 2, "mediaType": media::OCI_INDEX, "manifests": [], "layers": []});
    let ambiguous = ambiguous.to_string();
    for (media_type, bytes) in [
        (media::OCI_MANIFEST, "not JSON"),
        (media::OCI_MANIFEST, "[]"),
        (media::OCI_MANIFEST, "{\"schemaVersion\":7}"),
        (media::OCI_INDEX, ambiguous.as_str()),
        ("text/plain", "{\"schemaVersion\":2}"),
        ("no type", "{\"schemaVersion\":2}"),
    ] {
        let put = door.put_manifest("a", "v1", media_type, bytes.as_bytes()).await;
        assert_eq!(refusal(put).await, (400, "MANIFEST_INVALID".to_owned()), "{media_type} {bytes}");
    }
    let tree = Image::oci().build();
    let put = door.put_manifest("a", "v1", media::DOCKER_MANIFEST, &tree.bytes).await;
    assert_eq!(refusal(put).await, (400, "MANIFEST_INVALID".to_owned()));
    let put = door.put_manifest("a", ".v1", &tree.media_type, &tree.bytes).await;
    assert_eq!(refusal(put).await, (400, "TAG_INVALID".to_owned()));
}

async fn a_tag_moves_and_the_old_manifest_stays(door: &Door) {
    let old = Image::oci().layer(Layer::gzip(1)).build();
    let new = Image::oci().layer(Layer::gzip(2)).build();
    for tree in [&old, &new] {
        door.client().push_tree("a", tree, &["v1".to_owned()]).await.unwrap();
    }
    let got = door.get("/v2/a/manifests/v1").await;
    assert_eq!(header(&got, "docker-content-digest"), new.digest);
    assert_eq!(door.head(&format!("/v2/a/manifests/{}", old.digest)).await.status(), 200);
}

async fn two_writers_of_one_tag_both_succeed_and_one_of_them_stands(door: &Door) {
    let trees: Vec<Tree> = (0..8_u8).map(|n| Image::oci().layer(Layer::gzip(u64::from(n))).build()).collect();
    for tree in &trees {
        door.client().push_tree("a", tree, &[]).await.unwrap();
    }
    let puts = trees.iter().map(|tree| door.put_manifest("a", "v1", &tree.media_type, &tree.bytes));
    for put in futures::future::join_all(puts).await {
        assert_eq!(put.status(), 201);
    }
    let got = door.get("/v2/a/manifests/v1").await;
    let stands = header(&got, "docker-content-digest").to_owned();
    assert!(trees.iter().any(|tree| tree.digest == stands));
    assert_eq!(digest::sha256(got.bytes().await.unwrap()), stands);
}
