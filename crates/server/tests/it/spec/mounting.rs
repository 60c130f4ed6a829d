//! "Mounting a blob from another repository".

use http::Method;

use crate::Door;
use crate::door::{header, on_each_database};

on_each_database!(
    a_mount_gives_201_and_the_blob_is_here,
    without_from_the_registry_looks_by_itself,
    what_is_not_there_begins_an_upload,
);

async fn a_mount_gives_201_and_the_blob_is_here(door: &Door) {
    let digest = door.push_blob("from", b"some bytes").await;
    let path = format!("/v2/to/blobs/uploads/?mount={digest}&from=from");
    let mounted = door.ask(Method::POST, &path).send().await.unwrap();
    assert_eq!(mounted.status(), 201);
    assert_eq!(header(&mounted, "location"), format!("/v2/to/blobs/{digest}"));
    assert_eq!(door.get(&format!("/v2/to/blobs/{digest}")).await.text().await.unwrap(), "some bytes");
}

async fn without_from_the_registry_looks_by_itself(door: &Door) {
    let digest = door.push_blob("from", b"some bytes").await;
    let path = format!("/v2/to/blobs/uploads/?mount={digest}");
    assert_eq!(door.ask(Method::POST, &path).send().await.unwrap().status(), 201);
    assert_eq!(door.head(&format!("/v2/to/blobs/{digest}")).await.status(), 200);
}

async fn what_is_not_there_begins_an_upload(door: &Door) {
    let elsewhere = door.push_blob("elsewhere", b"some bytes").await;
    let nowhere = portolan_testkit::digest::sha256(b"nothing");
    for (digest, from) in [(&elsewhere, "&from=from"), (&nowhere, "&from=elsewhere"), (&nowhere, "")] {
        let path = format!("/v2/to/blobs/uploads/?mount={digest}{from}");
        let begun = door.ask(Method::POST, &path).send().await.unwrap();
        assert_eq!(begun.status(), 202, "{path}");
        let session = header(&begun, "location").to_owned();
        let put = door.put_blob(&session, &portolan_testkit::digest::sha256(b"x"), b"x").await;
        assert_eq!(put.status(), 201);
    }
}
