//! The proxy counts, slows down and breaks as it is told.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt as _;
use http::{Method, StatusCode};
use portolan_testkit::client::{self, Client};
use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Rule, Tally};
use portolan_testkit::registry::Registry;
use portolan_testkit::{workload, zoo};
use reqwest::Response;

/// A registry with one image whose layer has a megabyte, and a proxy in front of it.
struct Stage {
    registry: Registry,
    proxy: Proxy,
    layer: String,
    bytes: Bytes,
}

impl Stage {
    async fn set() -> Option<Self> {
        let registry = Registry::start().await?;
        let image = workload::huge_layer(1, 1_000_000);
        registry.client().push("r", &image).await;
        let proxy = Proxy::before(&registry).await;
        let layer = &image.root.blobs[1];
        Some(Self { registry, proxy, layer: layer.digest.clone(), bytes: layer.bytes() })
    }

    /// Gets the layer through the proxy.
    async fn get(&self) -> Response {
        self.get_from(&self.proxy).await
    }

    async fn get_from(&self, proxy: &Proxy) -> Response {
        let url = format!("{}/v2/r/blobs/{}", proxy.url(), self.layer);
        client::http().get(url).send().await.unwrap()
    }

    fn client(&self) -> Client {
        Client::new(&self.proxy.url())
    }
}

/// What came of a body, and whether it came to its end.
async fn read(response: Response) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let mut body = response.bytes_stream();
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(_) => return (bytes, false),
        }
    }
    (bytes, true)
}

#[tokio::test]
async fn everything_passes_and_is_recorded() {
    let builder = Registry::builder().htpasswd(&[("alice", "secret")]);
    let Some(registry) = builder.start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let client = Client::login(&proxy.url(), "alice", "secret");
    let image = zoo::one("oci-image");
    client.push("r", &image).await;
    assert_eq!(client.check_image("r", "oci-image").await, Ok(4));
    let records = proxy.records();
    // Three blobs in two requests each, the manifest by digest and by two tags; then four reads. That the
    // uploads came through the proxy shows that the registry's `Location`s lead to it.
    assert_eq!(records.len(), 3 * 2 + 3 + 4);
    assert!(records.iter().all(|record| record.host == proxy.host()));
    let basic = Some("Basic YWxpY2U6c2VjcmV0");
    assert!(records.iter().all(|record| record.authorization.as_deref() == basic));
    let sent: u64 = records.iter().map(|record| record.request_bytes).sum();
    let blobs: u64 = image.root.blobs.iter().map(|blob| blob.size).sum();
    assert_eq!(sent, blobs + 3 * image.root.bytes.len() as u64);
    let read: u64 = records.iter().skip(9).map(|record| record.response_bytes).sum();
    assert_eq!(read, blobs + image.root.bytes.len() as u64);
    assert_eq!(proxy.count(|record| record.status == Some(StatusCode::CREATED)), 6);
    assert_eq!(records[9].line(), "GET /v2/r/manifests/oci-image");
    proxy.clear();
    assert_eq!(proxy.count(|_| true), 0);
}

#[tokio::test]
async fn ranges_are_recorded() {
    let Some(stage) = Stage::set().await else { return };
    let url = format!("{}/v2/r/blobs/{}", stage.proxy.url(), stage.layer);
    let request = client::http().get(url).header("range", "bytes=10-19").send();
    assert_eq!(request.await.unwrap().bytes().await.unwrap(), stage.bytes.slice(10..20));
    let record = &stage.proxy.records()[0];
    assert_eq!(record.range.as_deref(), Some("bytes=10-19"));
    let answered = format!("bytes 10-19/{}", stage.bytes.len());
    assert_eq!(record.answered_range, Some(answered));
}

#[tokio::test]
async fn upstream_with_tls() {
    let Some(registry) = Registry::builder().tls().start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let client = Client::new(&proxy.url());
    client.push("r", &zoo::one("docker-image")).await;
    assert!(client.check_image("r", "docker-image").await.is_ok());
}

#[tokio::test]
async fn an_answer_is_cut_at_the_byte() {
    let Some(stage) = Stage::set().await else { return };
    for at in [0_usize, 1, 777_777] {
        stage.proxy.fault(Rule::new(Asked::gets_blob, Action::CutResponseAfter(at as u64)));
        let response = stage.get().await;
        assert_eq!(response.status(), StatusCode::OK);
        let (bytes, complete) = read(response).await;
        assert!(!complete && bytes == stage.bytes[..at], "cut at {at}, got {}", bytes.len());
        stage.proxy.heal();
    }
    assert_eq!(read(stage.get().await).await, (stage.bytes.to_vec(), true));
}

#[tokio::test]
async fn an_upload_is_cut_at_the_byte() {
    let Some(stage) = Stage::set().await else { return };
    let cut = Action::CutRequestAfter(300_000);
    stage.proxy.fault(Rule::new(|asked| asked.method == Method::PATCH, cut));
    let client = client::http();
    let start = client.post(format!("{}/v2/r/blobs/uploads/", stage.proxy.url())).send().await.unwrap();
    let session = start.headers()["location"].to_str().unwrap().to_owned();
    assert!(client.patch(session).body(stage.bytes.clone()).send().await.is_err());
    let record = stage.proxy.records().pop().unwrap();
    assert_eq!((record.request_bytes, record.status, record.faults), (300_000, None, 1));
}

#[tokio::test]
async fn work_is_done_but_not_answered() {
    let Some(stage) = Stage::set().await else { return };
    stage.proxy.fault(Rule::new(Asked::puts_manifest, Action::CutBeforeResponse));
    let (manifest, client) = (zoo::one("empty-index").root, client::http());
    let url = format!("{}/v2/r/manifests/new", stage.proxy.url());
    let request = client.put(url).header("content-type", &manifest.media_type).body(manifest.bytes.clone());
    assert!(request.send().await.is_err());
    assert_eq!(stage.registry.client().manifest("r", "new").await.bytes, manifest.bytes);
}

#[tokio::test]
async fn an_answer_stalls() {
    let Some(stage) = Stage::set().await else { return };
    stage.proxy.fault(Rule::new(Asked::gets_blob, Action::StallResponseAfter(1000)));
    let mut body = stage.get().await.bytes_stream();
    let mut got = Vec::new();
    while got.len() < 1000 {
        got.extend_from_slice(&body.next().await.unwrap().unwrap());
    }
    assert_eq!(got, stage.bytes[..1000]);
    let more = tokio::time::timeout(Duration::from_millis(200), body.next()).await;
    assert!(more.is_err(), "something came after the stall");
}

#[tokio::test]
async fn a_rule_fires_as_often_as_it_says() {
    let Some(stage) = Stage::set().await else { return };
    let front = Proxy::start(&stage.proxy.url()).await;
    let busy = Answer::error(429, "TOOMANYREQUESTS").header("retry-after", "1");
    front.fault(Rule::new(Asked::gets_blob, Action::Answer(busy)).after(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(stage.get_from(&front).await.status().as_u16());
    }
    assert_eq!(statuses, [200, 429, 429, 200]);
    assert_eq!(stage.proxy.count(|_| true), 2, "the upstream is asked only for what no rule answers");
}

#[tokio::test]
async fn an_upload_is_refused_before_and_after_it_is_read() {
    let Some(stage) = Stage::set().await else { return };
    let put = || async {
        let url = format!("{}/v2/r/blobs/uploads/x?digest={}", stage.proxy.url(), stage.layer);
        let client = client::http();
        client.put(url).body(stage.bytes.clone()).send().await
    };
    stage.proxy.fault(Rule::new(Asked::sends_blob, Action::Answer(Answer::status(507))));
    assert_eq!(put().await.unwrap().status(), StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(stage.proxy.records()[0].request_bytes, stage.bytes.len() as u64);
    stage.proxy.fault(Rule::new(Asked::sends_blob, Action::Answer(Answer::status(413).early())));
    // A client that goes on sending may lose the answer with the connection.
    if let Ok(answer) = put().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert_eq!(stage.proxy.records()[1].status, Some(StatusCode::PAYLOAD_TOO_LARGE));
    assert_eq!(stage.proxy.records()[1].request_bytes, 0);
}

#[tokio::test]
async fn bytes_are_changed_lost_and_added() {
    let Some(stage) = Stage::set().await else { return };
    let fault = |action| stage.proxy.fault(Rule::new(Asked::gets_blob, action));
    fault(Action::CorruptResponseAt(500_000));
    let (bytes, complete) = read(stage.get().await).await;
    let differ: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] != stage.bytes[*at]).collect();
    assert_eq!((differ, bytes.len(), complete), (vec![500_000], stage.bytes.len(), true));
    stage.proxy.heal();
    fault(Action::TruncateResponse(10));
    assert_eq!(read(stage.get().await).await, (stage.bytes[..stage.bytes.len() - 10].to_vec(), true));
    stage.proxy.heal();
    fault(Action::ExtendResponse(b"more".to_vec()));
    assert_eq!(read(stage.get().await).await, ([&stage.bytes[..], b"more"].concat(), true));
}

#[tokio::test]
async fn requests_and_uploads_are_sent_elsewhere() {
    let Some(stage) = Stage::set().await else { return };
    let elsewhere = Proxy::before(&stage.registry).await;
    stage.proxy.fault(Rule::new(Asked::gets_blob, Action::RedirectTo(elsewhere.url())));
    assert_eq!(read(stage.get().await).await, (stage.bytes.to_vec(), true));
    assert_eq!(elsewhere.count(|record| record.path.contains(&stage.layer)), 1);
    let host = elsewhere.host().to_owned();
    stage.proxy.fault(Rule::new(Asked::begins_upload, Action::RewriteLocation(host)).always());
    stage.client().push("other", &zoo::one("artifact")).await;
    assert_eq!(elsewhere.count(|record| record.method == Method::PUT), 3);
    assert!(stage.registry.client().check_image("other", "artifact").await.is_ok());
}

#[tokio::test]
async fn headers_are_set_and_dropped() {
    let Some(stage) = Stage::set().await else { return };
    let set = Action::SetHeader("warning".to_owned(), "299 - \"old\"".to_owned());
    let drop = Action::DropHeader("docker-content-digest".to_owned());
    stage.proxy.fault(Rule::new(|_| true, set));
    stage.proxy.fault(Rule::new(|_| true, drop));
    let first = stage.get().await;
    assert_eq!(first.headers()["warning"], "299 - \"old\"");
    assert!(!first.headers().contains_key("docker-content-digest"));
    let second = stage.get().await;
    assert!(!second.headers().contains_key("warning"));
    assert_eq!(second.headers()["docker-content-digest"], stage.layer);
}

#[tokio::test]
async fn all_bodies_together_keep_to_the_rate() {
    let Some(stage) = Stage::set().await else { return };
    stage.proxy.set_download_rate(Some(4_000_000));
    let start = Instant::now();
    let (one, two) = tokio::join!(stage.get(), stage.get());
    let (one, two) = tokio::join!(read(one), read(two));
    assert!(one.1 && two.1);
    // Two megabytes at four a second; a limit is a lower bound of time, whatever the machine does.
    assert!(start.elapsed() >= Duration::from_millis(490), "{:?}", start.elapsed());
    stage.proxy.set_upload_rate(Some(2_000_000));
    let start = Instant::now();
    stage.client().push("slow", &workload::huge_layer(2, 1_000_000)).await;
    assert!(start.elapsed() >= Duration::from_millis(490), "{:?}", start.elapsed());
}

#[tokio::test]
async fn requests_are_delayed_and_hang() {
    let Some(stage) = Stage::set().await else { return };
    stage.proxy.set_delay(Duration::from_millis(50));
    let start = Instant::now();
    stage.client().tags("r").await;
    assert!(start.elapsed() >= Duration::from_millis(50));
    stage.proxy.fault(Rule::new(|asked| asked.path.ends_with("/tags/list"), Action::Hang));
    let client = stage.client();
    assert!(tokio::time::timeout(Duration::from_millis(300), client.tags("r")).await.is_err());
}

#[tokio::test]
async fn a_dropped_proxy_is_gone() {
    let proxy = Proxy::start("http://127.0.0.1:9").await;
    let client = Client::new(&proxy.url());
    assert_eq!(client.try_status(Method::GET, "/v2/").await.unwrap(), StatusCode::BAD_GATEWAY);
    drop(proxy);
    while client.try_status(Method::GET, "/v2/").await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_gathered_request_that_breaks_off_leaves_no_trace() {
    let Some(stage) = Stage::set().await else { return };
    let front = Proxy::start(&stage.proxy.url()).await;
    stage.proxy.gather_requests();
    let client = client::http();
    let start = client.post(format!("{}/v2/r/blobs/uploads/", stage.proxy.url())).send().await.unwrap();
    let session = start.headers()["location"].to_str().unwrap().replace(stage.proxy.host(), front.host());
    front.fault(Rule::new(Asked::sends_blob, Action::CutRequestAfter(300_000)));
    assert!(client.patch(&session).body(stage.bytes.clone()).send().await.is_err());
    // The session stands where it stood, so the same request can be sent again.
    let again = client.patch(&session).body(stage.bytes.clone()).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::ACCEPTED);
    assert_eq!(again.headers()["range"], format!("0-{}", stage.bytes.len() - 1));
}

#[tokio::test]
async fn requests_are_counted_by_kind() {
    let Some(stage) = Stage::set().await else { return };
    let image = zoo::one("oci-image");
    stage.client().push("other", &image).await;
    let pushed = stage.proxy.tally();
    // The client asks for nothing: each blob is begun and ended, then the manifest is put by digest and two tags.
    let blobs = image.root.blobs.len();
    assert_eq!(pushed.requests, 2 * blobs + 3);
    assert_eq!((pushed.uploads, pushed.manifest_puts, pushed.blob_gets), (blobs, 3, 0));
    let sent: u64 = image.root.blobs.iter().map(|blob| blob.size).sum();
    assert_eq!(pushed.request_bytes, sent + 3 * image.root.bytes.len() as u64);
    stage.proxy.clear();
    assert_eq!(stage.proxy.tally(), Tally::default());

    let (bytes, _) = read(stage.get().await).await;
    stage.client().tags("r").await;
    stage.client().delete("other", &image.root.digest).await;
    let read = stage.proxy.tally();
    let expected = Tally { requests: 3, blob_gets: 1, tag_lists: 1, deletes: 1, ..Tally::default() };
    assert_eq!(Tally { response_bytes: 0, ..read }, expected);
    assert!(read.response_bytes > bytes.len() as u64);
}
