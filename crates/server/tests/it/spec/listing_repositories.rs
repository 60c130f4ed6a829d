//! `/v2/_catalog`, which is not in the specification.

use portolan_testkit::image::Image;
use serde_json::{Value, json};

use crate::Door;
use crate::door::{json, next_page, on_each_database};

on_each_database!(repositories_come_by_pages_in_order, a_repository_without_manifests_is_not_listed);

async fn repositories_come_by_pages_in_order(door: &Door) {
    let tree = Image::oci().build();
    for name in ["b", "a/b", "a", "a-b"] {
        door.client().push_tree(name, &tree, &["v1".to_owned()]).await.unwrap();
    }
    let all: Value = json(door.get("/v2/_catalog").await).await;
    assert_eq!(all["repositories"], json!(["a", "a-b", "a/b", "b"]));
    let mut seen = Vec::new();
    let mut next = Some("/v2/_catalog?n=3".to_owned());
    while let Some(path) = next {
        let got = door.get(&path).await;
        next = next_page(&got);
        let page: Value = json(got).await;
        seen.push(page["repositories"].as_array().unwrap().len());
    }
    assert_eq!(seen, [3, 1]);
}

async fn a_repository_without_manifests_is_not_listed(door: &Door) {
    door.push_blob("blobs-only", b"x").await;
    let all: Value = json(door.get("/v2/_catalog").await).await;
    assert_eq!(all["repositories"], json!([]));
}
