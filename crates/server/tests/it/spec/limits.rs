//! Clients that cost more than they may.

use std::time::Duration;

use portolan_store::{Reserve, StoreSettings, UploadLimits};
use portolan_testkit::digest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Door;
use crate::door::{header, refusal, settings};

/// Sends this and reads until the server closes; the status of its answer, if it gave one.
async fn send(door: &Door, request: &str) -> Option<u16> {
    let mut connection = TcpStream::connect(door.host()).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A server that closes in the middle of what is sent may reset the connection.
    let _ = connection.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_never_ends_is_cut_off() {
    let door = Door::sqlite().await;
    assert!(matches!(send(&door, "GET /v2/ HTTP/1.1\r\nHost: localhost\r\n").await, None | Some(408)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oversized_headers_are_431() {
    let door = Door::sqlite().await;
    let request =
        format!("GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "x".repeat(200 << 10));
    assert!(matches!(send(&door, &request).await, None | Some(431)));
    let many: String = (0..200).map(|n| format!("X-{n}: x\r\n")).collect();
    let request = format!("GET /v2/ HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
    assert_eq!(send(&door, &request).await, Some(431));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_gigabytes_that_never_come_time_out_and_the_session_goes_on() {
    let door = Door::with(settings(), Duration::from_millis(200)).await;
    let session = door.begin("a").await;
    let request =
        format!("PATCH {session} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n\r\nsome ");
    assert_eq!(send(&door, &request).await, Some(408));
    let status = door.get(&session).await;
    assert_eq!(header(&status, "range"), "0-4");
    let put = door.put_blob(&session, &digest::sha256(b"some bytes"), b"bytes").await;
    assert_eq!(put.status(), 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn below_the_watermark_pushes_get_507_and_reading_and_deleting_work() {
    let settings = StoreSettings { reserve: Reserve::Bytes(u64::MAX), ..StoreSettings::default() };
    let door = Door::with(settings, Duration::from_secs(60)).await;
    let begun = door.ask(http::Method::POST, "/v2/a/blobs/uploads/").send().await.unwrap();
    assert_eq!(refusal(begun).await, (507, "UNAVAILABLE".to_owned()));
    assert_eq!(door.get("/v2/_catalog").await.status(), 200);
    assert_eq!(door.delete("/v2/a/manifests/v1").await.status(), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_site_is_refused() {
    let door = Door::sqlite().await;
    for (name, value) in [("host", "attacker.example"), ("origin", "http://attacker.example")] {
        let asked = door.ask(http::Method::POST, "/v2/a/blobs/uploads/").header(name, value);
        let told = asked.send().await.unwrap();
        assert_eq!(told.status(), 403, "{name}");
        assert!(told.text().await.unwrap().contains("this machine only"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_uploads_in_one_request_leave_no_session() {
    let door = Door::sqlite().await;
    let digest = digest::sha256(b"right");
    for _ in 0..70 {
        let path = format!("/v2/a/blobs/uploads/?digest={digest}");
        let posted = door.ask(http::Method::POST, &path).body("wrong").send().await.unwrap();
        assert_eq!(refusal(posted).await, (400, "DIGEST_INVALID".to_owned()));
    }
    assert_eq!(door.store().open_uploads(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_were_left_alone_make_room() {
    let uploads = UploadLimits { left_alone: Duration::ZERO, ..UploadLimits::default() };
    let door = Door::with(StoreSettings { uploads, ..settings() }, Duration::from_secs(60)).await;
    let first = door.begin("a").await;
    door.patch(&first, None, b"some ").await;
    for _ in 0..64 {
        door.begin("a").await;
    }
    // What was written down of it can still be gone on with.
    assert_eq!(door.put_blob(&first, &digest::sha256(b"some bytes"), b"bytes").await.status(), 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_uploads_of_one_user_are_429() {
    let door = Door::sqlite().await;
    for _ in 0..64 {
        door.begin("a").await;
    }
    let begun = door.ask(http::Method::POST, "/v2/a/blobs/uploads/").send().await.unwrap();
    assert_eq!(refusal(begun).await, (429, "TOOMANYREQUESTS".to_owned()));
}
