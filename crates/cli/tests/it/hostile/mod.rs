//! Clients that want the daemon's memory: there is a bound on what they get, however many they are.

mod crowd;

use std::fmt::Write as _;

use http::Method;
use portolan_testkit::client::http as http_client;
use portolan_testkit::digest::sha256;

use self::crowd::{Crowd, Then};
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

const CLIENTS: usize = 200;
const LIMIT_MIB: u64 = 128;
/// Sessions of uploads that one client may have.
const UPLOADS: usize = 60;
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Bytes of the largest manifest.
const LARGEST: usize = 4 << 20;

/// A request with this body, of which so much is announced.
fn request(what: &str, headers: &str, announced: u64, body: &[u8]) -> Vec<u8> {
    let head = format!("{what} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {announced}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// A list of as many entries as a manifest of 4 MiB has room for, between these texts.
fn full(before: &str, entry: impl Fn(usize) -> String, after: &str) -> Vec<u8> {
    let mut text = before.to_owned();
    for number in 0.. {
        let entry = entry(number);
        if text.len() + entry.len() + after.len() + 1 > LARGEST {
            break;
        }
        if number > 0 {
            text.push(',');
        }
        text.push_str(&entry);
    }
    text.push_str(after);
    text.into_bytes()
}

/// Manifests that are much larger once they are read.
fn swollen() -> [(&'static str, Vec<u8>); 5] {
    let descriptor = |number: usize| {
        let digest = sha256(number.to_le_bytes());
        format!(r#"{{"digest":"{digest}","size":1,"annotations":{{"a":"b"}}}}"#)
    };
    let empty = format!(r#"{{"digest":"{}","size":2}}"#, sha256("{}"));
    let image = format!(r#"{{"schemaVersion":2,"config":{empty},"#);
    let artifact = "application/vnd.oci.artifact.manifest.v1+json";
    [
        (INDEX, full(r#"{"schemaVersion":2,"manifests":["#, descriptor, "]}")),
        (MANIFEST, full(&format!(r#"{image}"layers":["#), descriptor, "]}")),
        (MANIFEST, full(&format!(r#"{image}"annotations":{{"#), |number| format!(r#""{number}":"""#), "}}")),
        (MANIFEST, full(&format!(r#"{image}"layers":[{{"urls":["#), |_| r#""""#.to_owned(), "]}]}")),
        (artifact, full(&format!(r#"{{"mediaType":"{artifact}","x":["#), |_| "[]".to_owned(), "]}")),
    ]
}

struct Besieged {
    daemon: Daemon,
    _sandbox: Sandbox,
}

impl Besieged {
    fn start() -> Self {
        let sandbox = Sandbox::new();
        Self { daemon: Daemon::start(&sandbox), _sandbox: sandbox }
    }

    /// Sends something that succeeds.
    async fn does(&self, method: Method, path: &str, media_type: &str, body: Vec<u8>) {
        let request = http_client().request(method, format!("{}{path}", self.daemon.url()));
        let answer = request.header("Content-Type", media_type).body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// An image without layers, with a manifest of this many bytes at least, under these tags.
    async fn push(&self, repository: &str, padding: usize, tags: impl Iterator<Item = String>) {
        let config = format!("/v2/{repository}/blobs/uploads/?digest={}", sha256("{}"));
        self.does(Method::POST, &config, "application/octet-stream", b"{}".to_vec()).await;
        let padding = "x".repeat(padding);
        let manifest = format!(
            r#"{{"schemaVersion":2,"padding":"{padding}","config":{{"digest":"{}","size":2}}}}"#,
            sha256("{}")
        );
        let path = format!("/v2/{repository}/manifests/{}", sha256(&manifest));
        let mut query = String::from("?");
        for tag in tags {
            write!(query, "tag={tag}&").unwrap();
        }
        self.does(Method::PUT, &format!("{path}{query}"), MANIFEST, manifest.into_bytes()).await;
    }

    /// Clients come, say this, and stay.
    async fn by(&self, what: &str, says: impl Fn(usize) -> Vec<u8>) {
        let crowd = Crowd::come(&self.daemon, CLIENTS, Then::Stays, says);
        crowd.is_in_the_way().await;
        self.stands(what).await;
    }

    /// It answers others, and has not taken more memory than it may.
    async fn stands(&self, what: &str) {
        assert_eq!(self.daemon.client().status(Method::GET, "/readyz").await, 200, "{what}");
        let peak = self.daemon.process().peak_memory() >> 20;
        assert!(peak < LIMIT_MIB, "{what}: {peak} MiB");
    }

    /// Sessions of uploads.
    async fn uploads(&self, repository: &str) -> Vec<String> {
        let url = format!("{}/v2/{repository}/blobs/uploads/", self.daemon.url());
        let client = http_client();
        let mut uploads = Vec::new();
        for _ in 0..UPLOADS {
            let begun = client.post(&url).send().await.unwrap();
            uploads.push(begun.headers()["location"].to_str().unwrap().to_owned());
        }
        uploads
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_too_much_or_never_ends_costs_little() {
    let siege = Besieged::start();
    siege.by("heads that never end", |_| b"GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".to_vec()).await;
    let huge = format!("GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX-Huge: {}", "x".repeat(60 << 10));
    siege.by("huge heads", |_| huge.clone().into_bytes()).await;
    let tenth = 10 << 30;
    let uploads = siege.uploads("declared").await;
    siege
        .by("10 GB declared, and nothing sent", |n| {
            request(&format!("PATCH {}", uploads[n % UPLOADS]), "", tenth, b"")
        })
        .await;
    let some = vec![b'x'; 100 << 10];
    siege
        .by("10 GB declared, and little sent", |n| {
            request(&format!("PATCH {}", uploads[n % UPLOADS]), "", tenth, &some)
        })
        .await;
    let headers = format!("Content-Type: {MANIFEST}\r\n");
    let half = vec![b' '; LARGEST / 2];
    siege
        .by("half manifests", |_| request("PUT /v2/half/manifests/1", &headers, LARGEST as u64, &half))
        .await;
    siege.by("questions without end", |_| get("/v2/").repeat(300)).await;
    siege.daemon.signal("TERM");
    assert_eq!(siege.daemon.ended().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_that_swell_take_turns() {
    let siege = Besieged::start();
    let swollen = swollen();
    let crowd = Crowd::come(&siege.daemon, 40, Then::Reads, |client| {
        let (media_type, body) = &swollen[client % swollen.len()];
        let headers = format!("Content-Type: {media_type}\r\n");
        request("PUT /v2/swollen/manifests/1", &headers, body.len() as u64, body)
    });
    let answers = crowd.answers().await;
    // Those with too many annotations and links are refused for it, the others miss what they name; the one that
    // is large for nothing is taken. Who waits for too long may come again.
    assert!(answers.iter().all(|status| matches!(status, 201 | 400 | 404 | 503)), "{answers:?}");
    assert!(answers.contains(&400) && answers.contains(&404), "{answers:?}");
    siege.stands("manifests that swell").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_nothing_costs_little() {
    let siege = Besieged::start();
    siege.push("large", LARGEST - 1_000, std::iter::once("1".to_owned())).await;
    siege.by("large manifests", |_| get("/v2/large/manifests/1")).await;
    for hundred in 0..50 {
        siege.push("tags", 0, (0..50).map(|number| format!("{hundred:0100}{number:02}"))).await;
    }
    siege
        .by("lists of tags", |n| get(&format!("/v2/tags/tags/list?n=99999999&last={n:0100}")).repeat(5))
        .await;
    let blob = vec![0; 32 << 20];
    let path = format!("/v2/blob/blobs/uploads/?digest={}", sha256(&blob));
    siege.does(Method::POST, &path, "application/octet-stream", blob.clone()).await;
    siege.by("large blobs", |_| get(&format!("/v2/blob/blobs/{}", sha256(&blob)))).await;
}
