//! What the next version of the specification adds.

use http::Method;
use portolan_testkit::image::Image;

use crate::Door;
use crate::door::{on_each_database, refusal};

on_each_database!(
    tags_by_parameter_are_set_in_one_put,
    an_upload_can_be_cancelled,
    an_algorithm_that_is_not_known_is_refused,
);

async fn tags_by_parameter_are_set_in_one_put(door: &Door) {
    let tree = Image::oci().build();
    door.client().push_tree("a", &tree, &[]).await.unwrap();
    let tags: Vec<String> = (0..12).map(|n| format!("v{n}")).collect();
    let query = tags.iter().map(|tag| format!("tag={tag}")).collect::<Vec<_>>().join("&");
    let path = format!("/v2/a/manifests/{}?{query}", tree.digest);
    let put = door.ask(Method::PUT, &path).header("content-type", &tree.media_type);
    let put = put.body(tree.bytes.clone()).send().await.unwrap();
    assert_eq!(put.status(), 201);
    let named: Vec<&str> = put.headers().get_all("oci-tag").iter().map(|tag| tag.to_str().unwrap()).collect();
    assert_eq!(named, tags);
    for tag in &tags {
        assert_eq!(door.head(&format!("/v2/a/manifests/{tag}")).await.status(), 200);
    }
    let put = door.ask(Method::PUT, &format!("/v2/a/manifests/{}?tag=.x", tree.digest));
    let put = put.header("content-type", &tree.media_type).body(tree.bytes.clone()).send().await.unwrap();
    assert_eq!(refusal(put).await, (400, "TAG_INVALID".to_owned()));
    let many: String = (0..65).map(|number| format!("tag=v{number}&")).collect();
    let put = door.ask(Method::PUT, &format!("/v2/a/manifests/{}?{many}", tree.digest));
    let put = put.header("content-type", &tree.media_type).body(tree.bytes.clone()).send().await.unwrap();
    assert_eq!(refusal(put).await, (414, "TAG_INVALID".to_owned()));
}

async fn an_upload_can_be_cancelled(door: &Door) {
    for bytes in [b"".as_slice(), b"some"] {
        let session = door.begin("a").await;
        if !bytes.is_empty() {
            door.patch(&session, None, bytes).await;
        }
        assert_eq!(door.delete(&session).await.status(), 204);
        assert_eq!(refusal(door.get(&session).await).await, (404, "BLOB_UPLOAD_UNKNOWN".to_owned()));
        assert_eq!(refusal(door.delete(&session).await).await.0, 404);
    }
    let left = std::fs::read_dir(door.folder.path().join("store/uploads")).unwrap().count();
    assert_eq!(left, 0);
}

async fn an_algorithm_that_is_not_known_is_refused(door: &Door) {
    let begun = door.ask(Method::POST, "/v2/a/blobs/uploads/?digest-algorithm=md5").send().await.unwrap();
    assert_eq!(refusal(begun).await, (400, "DIGEST_INVALID".to_owned()));
}
