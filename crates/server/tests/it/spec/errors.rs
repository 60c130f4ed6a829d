//! "Error Codes", and what is no endpoint.

use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Door;
use crate::door::{header, on_each_database, refusal};

on_each_database!(
    bad_names_are_400,
    other_methods_are_405_and_say_which_there_are,
    nothing_leads_out_of_the_store,
);

async fn bad_names_are_400(door: &Door) {
    let long = "a".repeat(256);
    for name in ["A", "a%2fb", "a__-b", "a..b", "%00", long.as_str()] {
        let got = door.get(&format!("/v2/{name}/tags/list")).await;
        assert_eq!(refusal(got).await, (400, "NAME_INVALID".to_owned()), "{name}");
    }
    let begun = door.ask(Method::POST, "/v2/A/blobs/uploads/").send().await.unwrap();
    assert_eq!(refusal(begun).await, (400, "NAME_INVALID".to_owned()));
}

async fn other_methods_are_405_and_say_which_there_are(door: &Door) {
    let digest = portolan_testkit::digest::sha256(b"x");
    for (method, path, allowed) in [
        (Method::POST, "/v2/".to_owned(), "GET, HEAD"),
        (Method::PUT, format!("/v2/a/blobs/{digest}"), "GET, HEAD, DELETE"),
        (Method::POST, "/v2/a/manifests/v1".to_owned(), "GET, HEAD, PUT, DELETE"),
        (Method::GET, "/v2/a/blobs/uploads/".to_owned(), "POST"),
        (Method::DELETE, "/v2/a/tags/list".to_owned(), "GET"),
        (Method::PATCH, "/v2/_catalog".to_owned(), "GET"),
    ] {
        let got = door.ask(method, &path).send().await.unwrap();
        assert_eq!(header(&got, "allow"), allowed, "{path}");
        assert_eq!(refusal(got).await, (405, "UNSUPPORTED".to_owned()), "{path}");
    }
}

/// Sent as they are: a client library would tidy the path.
async fn nothing_leads_out_of_the_store(door: &Door) {
    for path in [
        "/v2/../../../../etc/passwd",
        "/v2/a/../../etc/tags/list",
        "/v2/..%2f..%2f..%2fetc%2fpasswd/manifests/latest",
        "/v2/a/blobs/sha256:..%2f..%2fstore.json",
        "/v2/a/blobs/uploads/..%2f..%2fstore.json",
    ] {
        let mut connection = TcpStream::connect(door.host()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(matches!(status, 400 | 404), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("uuid"), "{answer}");
    }
}
