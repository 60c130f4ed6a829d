//! "Content Management": deleting tags, manifests, blobs.

use portolan_testkit::image::{Image, Layer};

use crate::Door;
use crate::door::{on_each_database, refusal};

on_each_database!(
    a_deleted_tag_leaves_the_manifest,
    a_deleted_manifest_takes_its_tags_along,
    a_blob_that_is_needed_stays_and_one_that_is_not_goes,
    what_was_deleted_can_be_pushed_again,
    a_delete_of_nothing_is_404,
);

async fn a_deleted_tag_leaves_the_manifest(door: &Door) {
    let tree = Image::oci().build();
    door.client().push_tree("a", &tree, &["v1".to_owned(), "v2".to_owned()]).await.unwrap();
    assert_eq!(door.delete("/v2/a/manifests/v1").await.status(), 202);
    assert_eq!(door.head("/v2/a/manifests/v1").await.status(), 404);
    assert_eq!(door.head("/v2/a/manifests/v2").await.status(), 200);
    assert_eq!(door.head(&format!("/v2/a/manifests/{}", tree.digest)).await.status(), 200);
}

async fn a_deleted_manifest_takes_its_tags_along(door: &Door) {
    let tree = Image::oci().build();
    door.client().push_tree("a", &tree, &["v1".to_owned(), "v2".to_owned()]).await.unwrap();
    assert_eq!(door.delete(&format!("/v2/a/manifests/{}", tree.digest)).await.status(), 202);
    for reference in ["v1", "v2", tree.digest.as_str()] {
        assert_eq!(door.head(&format!("/v2/a/manifests/{reference}")).await.status(), 404, "{reference}");
    }
}

async fn a_blob_that_is_needed_stays_and_one_that_is_not_goes(door: &Door) {
    let tree = Image::oci().layer(Layer::gzip(1)).build();
    door.client().push_tree("a", &tree, &[]).await.unwrap();
    let layer = &tree.blobs.last().unwrap().digest;
    let path = format!("/v2/a/blobs/{layer}");
    assert_eq!(refusal(door.delete(&path).await).await, (405, "UNSUPPORTED".to_owned()));
    assert_eq!(door.head(&path).await.status(), 200);
    door.delete(&format!("/v2/a/manifests/{}", tree.digest)).await;
    assert_eq!(door.delete(&path).await.status(), 202);
    assert_eq!(door.head(&path).await.status(), 404);
}

async fn what_was_deleted_can_be_pushed_again(door: &Door) {
    let tree = Image::oci().layer(Layer::gzip(1)).build();
    for _ in 0..3 {
        door.client().push_tree("a", &tree, &["v1".to_owned()]).await.unwrap();
        assert_eq!(door.head("/v2/a/manifests/v1").await.status(), 200);
        assert_eq!(door.delete(&format!("/v2/a/manifests/{}", tree.digest)).await.status(), 202);
        for blob in &tree.blobs {
            assert_eq!(door.delete(&format!("/v2/a/blobs/{}", blob.digest)).await.status(), 202);
        }
    }
}

async fn a_delete_of_nothing_is_404(door: &Door) {
    let digest = portolan_testkit::digest::sha256(b"nothing");
    for (path, code) in [
        ("/v2/a/manifests/v1".to_owned(), "MANIFEST_UNKNOWN"),
        (format!("/v2/a/manifests/{digest}"), "MANIFEST_UNKNOWN"),
        (format!("/v2/a/blobs/{digest}"), "BLOB_UNKNOWN"),
    ] {
        assert_eq!(refusal(door.delete(&path).await).await, (404, code.to_owned()), "{path}");
    }
}
