//! "Pushing a blob monolithically".

use http::Method;
use portolan_testkit::digest;

use crate::Door;
use crate::door::{header, on_each_database, refusal};

on_each_database!(
    post_then_put_gives_201_and_the_blob_can_be_pulled,
    a_single_post_gives_201,
    wrong_bytes_are_refused_and_nothing_is_there,
    a_put_needs_a_digest,
    the_same_blob_twice_is_one_blob,
    a_session_belongs_to_its_repository,
    sha512_is_as_good_announced_or_not,
);

async fn post_then_put_gives_201_and_the_blob_can_be_pulled(door: &Door) {
    let begun = door.ask(Method::POST, "/v2/a/blobs/uploads/").send().await.unwrap();
    assert_eq!(begun.status(), 202);
    assert_eq!(header(&begun, "range"), "0-0");
    let session = header(&begun, "location").to_owned();
    let digest = digest::sha256(b"some bytes");
    let put = door.put_blob(&session, &digest, b"some bytes").await;
    assert_eq!(put.status(), 201);
    assert_eq!(header(&put, "docker-content-digest"), digest);
    let location = header(&put, "location").to_owned();
    assert_eq!(door.get(&location).await.text().await.unwrap(), "some bytes");
    // The session is over.
    assert_eq!(refusal(door.get(&session).await).await, (404, "BLOB_UPLOAD_UNKNOWN".to_owned()));
}

async fn a_single_post_gives_201(door: &Door) {
    let digest = digest::sha256(b"some bytes");
    let asked = door.ask(Method::POST, &format!("/v2/a/blobs/uploads/?digest={digest}"));
    let posted = asked.body("some bytes").send().await.unwrap();
    assert_eq!(posted.status(), 201);
    assert_eq!(header(&posted, "location"), format!("/v2/a/blobs/{digest}"));
    assert_eq!(door.get(&format!("/v2/a/blobs/{digest}")).await.text().await.unwrap(), "some bytes");
}

async fn wrong_bytes_are_refused_and_nothing_is_there(door: &Door) {
    let digest = digest::sha256(b"right");
    let session = door.begin("a").await;
    let put = door.put_blob(&session, &digest, b"wrong").await;
    assert_eq!(refusal(put).await, (400, "DIGEST_INVALID".to_owned()));
    assert_eq!(door.head(&format!("/v2/a/blobs/{digest}")).await.status(), 404);
    assert_eq!(door.head(&format!("/v2/a/blobs/{}", digest::sha256(b"wrong"))).await.status(), 404);
    let asked = door.ask(Method::POST, &format!("/v2/a/blobs/uploads/?digest={digest}"));
    let posted = asked.body("wrong").send().await.unwrap();
    assert_eq!(refusal(posted).await, (400, "DIGEST_INVALID".to_owned()));
}

async fn a_put_needs_a_digest(door: &Door) {
    let session = door.begin("a").await;
    for query in ["", "?digest=", "?digest=sha256:abc", "?digest=md5:900150983cd24fb0d6963f7d28e17f72"] {
        let put = door.ask(Method::PUT, &format!("{session}{query}")).body("x").send().await.unwrap();
        assert_eq!(refusal(put).await, (400, "DIGEST_INVALID".to_owned()), "{query}");
    }
}

async fn the_same_blob_twice_is_one_blob(door: &Door) {
    let first = door.push_blob("a", b"some bytes").await;
    let second = door.push_blob("b", b"some bytes").await;
    assert_eq!(first, second);
    for repository in ["a", "b"] {
        let got = door.get(&format!("/v2/{repository}/blobs/{first}")).await;
        assert_eq!(got.text().await.unwrap(), "some bytes");
    }
    let files = walk(&door.folder.path().join("store/blobs"));
    assert_eq!(files, 1);
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { 1 }).sum()
}

async fn a_session_belongs_to_its_repository(door: &Door) {
    let session = door.begin("a").await;
    let elsewhere = session.replace("/v2/a/", "/v2/b/");
    let put = door.put_blob(&elsewhere, &digest::sha256(b"x"), b"x").await;
    assert_eq!(refusal(put).await, (404, "BLOB_UPLOAD_UNKNOWN".to_owned()));
    assert_eq!(door.put_blob(&session, &digest::sha256(b"x"), b"x").await.status(), 201);
}

async fn sha512_is_as_good_announced_or_not(door: &Door) {
    for (announced, bytes) in [("", "some bytes"), ("?digest-algorithm=sha512", "other bytes")] {
        let digest = digest::sha512(bytes.as_bytes());
        let begun = door.ask(Method::POST, &format!("/v2/a/blobs/uploads/{announced}")).send().await.unwrap();
        assert_eq!(begun.status(), 202);
        let session = header(&begun, "location").to_owned();
        let put = door.put_blob(&session, &digest, bytes.as_bytes()).await;
        assert_eq!(put.status(), 201);
        assert_eq!(door.get(&format!("/v2/a/blobs/{digest}")).await.text().await.unwrap(), bytes);
    }
}
