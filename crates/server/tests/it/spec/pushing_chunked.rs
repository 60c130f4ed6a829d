//! "Pushing a blob in chunks".

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::Method;
use portolan_testkit::digest;

use crate::Door;
use crate::door::{header, on_each_database, refusal};

on_each_database!(
    chunks_in_order_become_a_blob,
    a_stream_without_a_range_is_appended,
    the_last_chunk_may_come_with_the_put,
    a_chunk_out_of_order_is_416_and_the_session_goes_on,
    a_put_out_of_order_is_416,
    a_range_of_another_length_than_the_body_is_refused,
    the_status_says_where_to_go_on,
    a_sender_that_breaks_off_goes_on_where_it_was,
    a_session_that_is_not_there_is_404,
    two_at_once_never_mix,
);

async fn chunks_in_order_become_a_blob(door: &Door) {
    let session = door.begin("a").await;
    for (range, chunk, taken) in [("0-3", "some", "0-3"), ("4-4", " ", "0-4"), ("5-9", "bytes", "0-9")] {
        let patched = door.patch(&session, Some(range), chunk.as_bytes()).await;
        assert_eq!(patched.status(), 202);
        assert_eq!(header(&patched, "range"), taken);
        assert_eq!(header(&patched, "location"), session);
    }
    let digest = digest::sha256(b"some bytes");
    assert_eq!(door.put_blob(&session, &digest, b"").await.status(), 201);
    assert_eq!(door.get(&format!("/v2/a/blobs/{digest}")).await.text().await.unwrap(), "some bytes");
}

async fn a_stream_without_a_range_is_appended(door: &Door) {
    let session = door.begin("a").await;
    let pieces = stream::iter((0..64_u8).map(|n| Ok::<_, std::io::Error>(Bytes::from(vec![n; 10_000]))));
    let body = reqwest::Body::wrap_stream(pieces);
    let patched = door.ask(Method::PATCH, &session).body(body).send().await.unwrap();
    assert_eq!(patched.status(), 202);
    assert_eq!(header(&patched, "range"), "0-639999");
    let whole: Vec<u8> = (0..64_u8).flat_map(|n| vec![n; 10_000]).collect();
    let digest = digest::sha256(&whole);
    assert_eq!(door.put_blob(&session, &digest, b"").await.status(), 201);
    assert_eq!(door.get(&format!("/v2/a/blobs/{digest}")).await.bytes().await.unwrap(), whole);
}

async fn the_last_chunk_may_come_with_the_put(door: &Door) {
    let session = door.begin("a").await;
    door.patch(&session, Some("0-4"), b"some ").await;
    let digest = digest::sha256(b"some bytes");
    let put = door.ask(Method::PUT, &format!("{session}?digest={digest}")).header("content-range", "5-9");
    assert_eq!(put.body("bytes").send().await.unwrap().status(), 201);
}

async fn a_chunk_out_of_order_is_416_and_the_session_goes_on(door: &Door) {
    let session = door.begin("a").await;
    let first = door.patch(&session, Some("3-7"), b"bytes").await;
    assert_eq!(refusal(first).await, (416, "RANGE_INVALID".to_owned()));
    assert_eq!(door.patch(&session, Some("0-4"), b"some ").await.status(), 202);
    for range in ["0-4", "4-8", "6-10"] {
        let wrong = door.patch(&session, Some(range), b"bytes").await;
        assert_eq!(header(&wrong, "range"), "0-4", "{range}");
        assert_eq!(header(&wrong, "location"), session);
        assert_eq!(wrong.status(), 416);
    }
    assert_eq!(door.patch(&session, Some("5-9"), b"bytes").await.status(), 202);
    assert_eq!(door.put_blob(&session, &digest::sha256(b"some bytes"), b"").await.status(), 201);
}

async fn a_put_out_of_order_is_416(door: &Door) {
    let session = door.begin("a").await;
    door.patch(&session, Some("0-4"), b"some ").await;
    let digest = digest::sha256(b"some bytes");
    let put = door.ask(Method::PUT, &format!("{session}?digest={digest}")).header("content-range", "6-10");
    assert_eq!(put.body("bytes").send().await.unwrap().status(), 416);
    assert_eq!(door.put_blob(&session, &digest, b"bytes").await.status(), 201);
}

async fn a_range_of_another_length_than_the_body_is_refused(door: &Door) {
    let session = door.begin("a").await;
    let patched = door.patch(&session, Some("0-9"), b"some").await;
    assert_eq!(refusal(patched).await, (400, "SIZE_INVALID".to_owned()));
    let patched = door.patch(&session, Some("bytes"), b"some").await;
    assert_eq!(refusal(patched).await, (400, "BLOB_UPLOAD_INVALID".to_owned()));
    assert_eq!(header(&door.get(&session).await, "range"), "0-0");
}

async fn the_status_says_where_to_go_on(door: &Door) {
    let session = door.begin("a").await;
    let status = door.get(&session).await;
    assert_eq!((status.status().as_u16(), header(&status, "range")), (204, "0-0"));
    door.patch(&session, None, b"some ").await;
    let status = door.get(&session).await;
    assert_eq!((status.status().as_u16(), header(&status, "range")), (204, "0-4"));
    assert_eq!(header(&status, "location"), session);
}

async fn a_sender_that_breaks_off_goes_on_where_it_was(door: &Door) {
    let session = door.begin("a").await;
    let whole: Vec<u8> = (0..600_000_u32).map(|n| (n % 253) as u8).collect();
    let sent = Bytes::copy_from_slice(&whole[..400_000]);
    let pieces = stream::iter([Ok(sent), Err(std::io::Error::other("the cable was pulled"))]);
    // What is sent has to be on its way before the break.
    let pieces = pieces.then(|piece| async {
        tokio::task::yield_now().await;
        piece
    });
    let broken = door.ask(Method::PATCH, &session).header("content-range", "0-599999");
    assert!(broken.body(reqwest::Body::wrap_stream(pieces)).send().await.is_err());
    // The server begins with it, and notices that it broke off, in its own time: what is not where the upload is by then
    // is not taken.
    loop {
        let status = door.patch(&session, None, b"").await;
        if status.status() == 202 {
            let last: usize = header(&status, "range").trim_start_matches("0-").parse().unwrap();
            let offset = if last == 0 { 0 } else { last + 1 };
            assert!(offset <= 400_000, "{offset}");
            let rest = format!("{offset}-599999");
            if door.patch(&session, Some(&rest), &whole[offset..]).await.status() == 202 {
                break;
            }
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(door.put_blob(&session, &digest::sha256(&whole), b"").await.status(), 201);
}

async fn a_session_that_is_not_there_is_404(door: &Door) {
    for id in ["0123456789abcdef0123456789abcdef", "x", "..%2f..%2fetc"] {
        let session = format!("/v2/a/blobs/uploads/{id}");
        for method in [Method::GET, Method::PATCH, Method::DELETE] {
            let answer = door.ask(method, &session).send().await.unwrap();
            assert_eq!(refusal(answer).await, (404, "BLOB_UPLOAD_UNKNOWN".to_owned()), "{id}");
        }
        let put = door.put_blob(&session, &digest::sha256(b""), b"").await;
        assert_eq!(refusal(put).await, (404, "BLOB_UPLOAD_UNKNOWN".to_owned()), "{id}");
    }
}

async fn two_at_once_never_mix(door: &Door) {
    let session = door.begin("a").await;
    let patches = (0..8_u8).map(|n| {
        let bytes = vec![n; 50_000];
        let session = session.clone();
        async move { (n, door.patch(&session, Some("0-49999"), &bytes).await.status().as_u16()) }
    });
    let outcomes = futures::future::join_all(patches).await;
    let taken: Vec<u8> = outcomes.iter().filter(|(_, status)| *status == 202).map(|(n, _)| *n).collect();
    assert_eq!(taken.len(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|(_, status)| matches!(status, 202 | 416)), "{outcomes:?}");
    let digest = digest::sha256(vec![taken[0]; 50_000]);
    assert_eq!(door.put_blob(&session, &digest, b"").await.status(), 201);
}
