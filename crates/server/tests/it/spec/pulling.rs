//! "Pull": manifests, blobs, what exists.

use http::Method;
use portolan_testkit::image::{Flavour, Image, Layer, media};

use crate::Door;
use crate::door::{header, on_each_database, refusal};

on_each_database!(
    determining_support_answers_with_200,
    a_blob_comes_back_byte_for_byte_and_says_its_digest,
    a_blob_may_be_read_in_part,
    a_part_beyond_the_end_is_416_with_the_size,
    a_blob_that_the_client_has_is_not_sent_again,
    a_blob_of_another_repository_is_not_there,
    a_manifest_comes_back_by_tag_and_by_digest_with_its_own_type,
    a_manifest_that_the_client_has_is_not_sent_again,
    what_is_not_there_is_404_with_a_code,
);

async fn determining_support_answers_with_200(door: &Door) {
    for path in ["/v2/", "/v2"] {
        let answer = door.get(path).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "docker-distribution-api-version"), "registry/2.0");
    }
    assert_eq!(door.ask(Method::PUT, "/v2/").send().await.unwrap().status(), 405);
}

async fn a_blob_comes_back_byte_for_byte_and_says_its_digest(door: &Door) {
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| (n % 251) as u8).collect();
    let digest = door.push_blob("a/b", &bytes).await;
    let path = format!("/v2/a/b/blobs/{digest}");
    let head = door.head(&path).await;
    assert_eq!(head.status(), 200);
    assert_eq!(header(&head, "content-length"), "700000");
    assert_eq!(header(&head, "docker-content-digest"), digest);
    let got = door.get(&path).await;
    assert_eq!(header(&got, "docker-content-digest"), digest);
    assert_eq!(header(&got, "content-length"), "700000");
    assert_eq!(got.bytes().await.unwrap(), bytes);
    let empty = door.push_blob("a/b", b"").await;
    let got = door.get(&format!("/v2/a/b/blobs/{empty}")).await;
    assert_eq!(header(&got, "content-length"), "0");
    assert_eq!(got.bytes().await.unwrap(), b"".as_slice());
}

async fn a_blob_may_be_read_in_part(door: &Door) {
    let digest = door.push_blob("a", b"0123456789").await;
    let path = format!("/v2/a/blobs/{digest}");
    for (range, part, place) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let got = door.ask(Method::GET, &path).header("range", range).send().await.unwrap();
        assert_eq!(got.status(), 206, "{range}");
        assert_eq!(header(&got, "content-range"), place);
        assert_eq!(header(&got, "content-length"), part.len().to_string());
        assert_eq!(got.text().await.unwrap(), part);
    }
    let changed = door.ask(Method::GET, &path).header("range", "bytes=2-4").header("if-range", "\"other\"");
    let got = changed.send().await.unwrap();
    assert_eq!((got.status().as_u16(), got.text().await.unwrap().as_str()), (200, "0123456789"));
}

async fn a_part_beyond_the_end_is_416_with_the_size(door: &Door) {
    let digest = door.push_blob("a", b"0123456789").await;
    let asked = door.ask(Method::GET, &format!("/v2/a/blobs/{digest}")).header("range", "bytes=10-");
    let got = asked.send().await.unwrap();
    assert_eq!(header(&got, "content-range"), "bytes */10");
    assert_eq!(refusal(got).await, (416, "RANGE_INVALID".to_owned()));
}

async fn a_blob_that_the_client_has_is_not_sent_again(door: &Door) {
    let digest = door.push_blob("a", b"0123456789").await;
    let path = format!("/v2/a/blobs/{digest}");
    let tag = header(&door.get(&path).await, "etag").to_owned();
    let again = door.ask(Method::GET, &path).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    assert_eq!(again.bytes().await.unwrap().len(), 0);
}

async fn a_blob_of_another_repository_is_not_there(door: &Door) {
    let digest = door.push_blob("secret", b"0123456789").await;
    door.push_blob("other", b"something else").await;
    assert_eq!(door.head(&format!("/v2/other/blobs/{digest}")).await.status(), 404);
    let got = door.get(&format!("/v2/other/blobs/{digest}")).await;
    assert_eq!(refusal(got).await, (404, "BLOB_UNKNOWN".to_owned()));
}

async fn a_manifest_comes_back_by_tag_and_by_digest_with_its_own_type(door: &Door) {
    for (flavour, image, media_type) in [
        (Flavour::Oci, Image::oci(), media::OCI_MANIFEST),
        (Flavour::Docker, Image::docker(), media::DOCKER_MANIFEST),
    ] {
        let tree = image.layer(Layer::gzip(1)).build();
        door.client().push_tree("a", &tree, &["v1".to_owned()]).await.unwrap();
        for reference in ["v1", tree.digest.as_str()] {
            let path = format!("/v2/a/manifests/{reference}");
            let head = door.head(&path).await;
            assert_eq!(head.status(), 200, "{flavour:?}");
            assert_eq!(header(&head, "content-length"), tree.bytes.len().to_string());
            // The type is that of the manifest, whatever the client would like.
            let got = door.ask(Method::GET, &path).header("accept", "text/plain").send().await.unwrap();
            assert_eq!(header(&got, "content-type"), media_type);
            assert_eq!(header(&got, "docker-content-digest"), tree.digest);
            assert_eq!(got.bytes().await.unwrap(), tree.bytes);
        }
    }
}

async fn a_manifest_that_the_client_has_is_not_sent_again(door: &Door) {
    let tree = Image::oci().build();
    door.client().push_tree("a", &tree, &["v1".to_owned()]).await.unwrap();
    for reference in ["v1", tree.digest.as_str()] {
        let asked = door.ask(Method::GET, &format!("/v2/a/manifests/{reference}"));
        let got = asked.header("if-none-match", format!("\"{}\"", tree.digest)).send().await.unwrap();
        assert_eq!(got.status(), 304);
        assert_eq!(header(&got, "docker-content-digest"), tree.digest);
    }
}

async fn what_is_not_there_is_404_with_a_code(door: &Door) {
    door.push_blob("there", b"x").await;
    let digest = portolan_testkit::digest::sha256(b"nothing");
    for (path, code) in [
        (format!("/v2/there/blobs/{digest}"), "BLOB_UNKNOWN"),
        (format!("/v2/nowhere/blobs/{digest}"), "BLOB_UNKNOWN"),
        (format!("/v2/there/manifests/{digest}"), "MANIFEST_UNKNOWN"),
        ("/v2/there/manifests/latest".to_owned(), "MANIFEST_UNKNOWN"),
        ("/v2/there/manifests/.not_a_tag".to_owned(), "MANIFEST_UNKNOWN"),
        ("/v2/nowhere/manifests/latest".to_owned(), "MANIFEST_UNKNOWN"),
        ("/v2/nowhere/tags/list".to_owned(), "NAME_UNKNOWN"),
    ] {
        assert_eq!(refusal(door.get(&path).await).await, (404, code.to_owned()), "{path}");
    }
    let head = door.head("/v2/there/manifests/latest").await;
    assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (404, 0));
}
