//! "Listing Referrers".

use portolan_testkit::digest;
use portolan_testkit::image::{Image, Tree, media};
use serde_json::{Value, json};

use crate::Door;
use crate::door::{header, json, next_page, on_each_database, refusal};

on_each_database!(
    nothing_refers_to_what_is_not_there,
    descriptors_have_type_size_artifact_type_and_annotations,
    a_filter_is_applied_and_said_to_be,
    a_deleted_referrer_is_no_longer_listed,
    a_bad_digest_is_400,
    long_lists_come_in_pages,
);

fn referrer(subject: &Tree, artifact_type: &str, note: &str) -> Tree {
    Image::oci()
        .field("subject", subject.descriptor())
        .field("artifactType", json!(artifact_type))
        .field("annotations", json!({ "note": note }))
        .build()
}

async fn push(door: &Door, tree: &Tree) {
    door.client().push_tree("a", tree, &[]).await.unwrap();
}

async fn nothing_refers_to_what_is_not_there(door: &Door) {
    let digest = digest::sha256(b"nothing");
    let got = door.get(&format!("/v2/nowhere/referrers/{digest}")).await;
    assert_eq!(got.status(), 200);
    assert_eq!(header(&got, "content-type"), media::OCI_INDEX);
    let index: Value = json(got).await;
    assert_eq!(index, json!({"schemaVersion": 2, "mediaType": media::OCI_INDEX, "manifests": []}));
}

async fn descriptors_have_type_size_artifact_type_and_annotations(door: &Door) {
    let subject = Image::oci().build();
    let signature = referrer(&subject, "application/vnd.example.signature", "mine");
    // Without an artifact type of its own, the type of its config says what it is.
    let plain = Image::oci().field("subject", subject.descriptor()).build();
    for tree in [&subject, &signature, &plain] {
        push(door, tree).await;
    }
    let index: Value = json(door.get(&format!("/v2/a/referrers/{}", subject.digest)).await).await;
    let manifests = index["manifests"].as_array().unwrap();
    assert_eq!(manifests.len(), 2);
    let listed = manifests.iter().find(|entry| entry["digest"] == signature.digest.as_str()).unwrap();
    assert_eq!(
        *listed,
        json!({
            "mediaType": media::OCI_MANIFEST,
            "digest": signature.digest,
            "size": signature.bytes.len(),
            "artifactType": "application/vnd.example.signature",
            "annotations": { "note": "mine" },
        })
    );
    let listed = manifests.iter().find(|entry| entry["digest"] == plain.digest.as_str()).unwrap();
    assert_eq!(listed["artifactType"], media::OCI_CONFIG);
}

async fn a_filter_is_applied_and_said_to_be(door: &Door) {
    let subject = Image::oci().build();
    push(door, &subject).await;
    for (artifact_type, note) in [("application/x", "1"), ("application/y", "2"), ("application/x", "3")] {
        push(door, &referrer(&subject, artifact_type, note)).await;
    }
    let path = format!("/v2/a/referrers/{}", subject.digest);
    let all = door.get(&path).await;
    assert!(all.headers().get("oci-filters-applied").is_none());
    let all: Value = json(all).await;
    assert_eq!(all["manifests"].as_array().unwrap().len(), 3);
    let some = door.get(&format!("{path}?artifactType=application/x")).await;
    assert_eq!(header(&some, "oci-filters-applied"), "artifactType");
    let some: Value = json(some).await;
    assert_eq!(some["manifests"].as_array().unwrap().len(), 2);
}

async fn a_deleted_referrer_is_no_longer_listed(door: &Door) {
    let subject = Image::oci().build();
    let signature = referrer(&subject, "application/x", "1");
    push(door, &signature).await;
    assert_eq!(door.delete(&format!("/v2/a/manifests/{}", signature.digest)).await.status(), 202);
    let index: Value = json(door.get(&format!("/v2/a/referrers/{}", subject.digest)).await).await;
    assert_eq!(index["manifests"], json!([]));
}

async fn a_bad_digest_is_400(door: &Door) {
    let got = door.get("/v2/a/referrers/sha256:abc").await;
    assert_eq!(refusal(got).await, (400, "DIGEST_INVALID".to_owned()));
}

async fn long_lists_come_in_pages(door: &Door) {
    let subject = Image::oci().build();
    let long = "x".repeat(1 << 20);
    for n in 0..6 {
        push(door, &referrer(&subject, "application/x", &format!("{n}{long}"))).await;
    }
    let mut seen = 0;
    let mut pages = 0;
    let mut next = Some(format!("/v2/a/referrers/{}", subject.digest));
    while let Some(path) = next {
        let got = door.get(&path).await;
        next = next_page(&got);
        let bytes = got.bytes().await.unwrap();
        assert!(bytes.len() <= 4 << 20, "{}", bytes.len());
        let page: Value = serde_json::from_slice(&bytes).unwrap();
        seen += page["manifests"].as_array().unwrap().len();
        pages += 1;
    }
    assert_eq!(seen, 6);
    assert!(pages > 1);
}
