//! Traces, as a collector gets them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use portolan_testkit::client::http as http_client;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;
use prost::Message as _;
use tokio::net::TcpListener;

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// Takes traces, and gives this answer to all.
struct Collector {
    url: String,
    taken: Arc<Taken>,
}

struct Taken {
    answer: StatusCode,
    batches: Mutex<Vec<(HeaderMap, ExportTraceServiceRequest)>>,
}

/// A span with its attributes.
struct Seen {
    span: Span,
    attributes: BTreeMap<String, String>,
}

impl Collector {
    async fn start(answer: StatusCode) -> Self {
        let taken = Arc::new(Taken { answer, batches: Mutex::default() });
        let take = async |State(taken): State<Arc<Taken>>, headers: HeaderMap, body: Bytes| {
            let batch = ExportTraceServiceRequest::decode(body).unwrap();
            taken.batches.lock().unwrap().push((headers, batch));
            taken.answer
        };
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&taken));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { url, taken }
    }

    fn spans(&self) -> Vec<Seen> {
        let batches = self.taken.batches.lock().unwrap();
        let resources = batches.iter().flat_map(|(_, batch)| &batch.resource_spans);
        let spans = resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| &scope.spans);
        spans.map(|span| Seen { attributes: texts(&span.attributes), span: span.clone() }).collect()
    }
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let value = |one: &KeyValue| one.value.as_ref().and_then(|value| value.value.as_ref().map(text));
    attributes.iter().map(|one| (one.key.clone(), value(one).unwrap_or_default())).collect()
}

impl Seen {
    fn is(&self, name: &str, attribute: &str) -> bool {
        self.span.name == name && self.attributes.contains_key(attribute)
    }

    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn settings(collector: &str, mirrors: &str) -> String {
    format!(
        "version: 1\ntelemetry:\n  otlp:\n    endpoint: {collector}\n    headers: {{x-key: {{env: COLLECTOR_KEY}}}}\n    \
         service_name: harbour\n{mirrors}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_its_images_and_requests_and_what_the_daemon_answers() {
    let Some(source) = Registry::start().await else { return };
    source.client().push("app", &zoo::one("oci-image")).await;
    let collector = Collector::start(StatusCode::OK).await;
    let mut sandbox = Sandbox::new();
    sandbox.set("COLLECTOR_KEY", "well%20kept");
    let mirrors = format!(
        "mirrors:\n  - name: app\n    source: {}/app\n    targets: ['store:mirrored/app']\n    every: 1h\n",
        source.host()
    );
    sandbox.write("portolan.yaml", &settings(&collector.url, &mirrors));
    let daemon = Daemon::start(&sandbox);
    // Asked of the catalogue: each question to the daemon is a span.
    while !sandbox.run("runs list").succeeded().contains("done") {
        tokio::task::yield_now().await;
    }
    let asked = http_client().get(format!("{}/healthz?token=hidden", daemon.url()));
    let asked = asked.header("traceparent", format!("00-{TRACE}-{SPAN}-01")).send().await.unwrap();
    assert_eq!(asked.status(), 200);
    daemon.signal("TERM");
    let (code, said) = daemon.ended();
    assert_eq!((code, said.contains("traces")), (Some(0), false), "{said}");

    // All of it has come when the daemon has ended.
    let spans = collector.spans();
    let run = spans.iter().find(|seen| seen.is("run app", "portolan.mirror")).unwrap();
    assert_eq!((run.attribute("portolan.mirror"), run.attribute("portolan.outcome")), ("app", "done"));
    let name = format!("{}/app:oci-image", source.host());
    let image = spans.iter().find(|seen| seen.is(&format!("image {name}"), "portolan.image")).unwrap();
    assert_eq!(image.span.parent_span_id, run.span.span_id);
    assert_eq!(image.attribute("portolan.targets.failed"), "0");
    let requests: Vec<&Seen> =
        spans.iter().filter(|seen| seen.attribute("server.address") == source.host()).collect();
    assert!(requests.iter().any(|seen| seen.is("GET", "http.response.status_code")));
    assert!(requests.iter().all(|seen| seen.span.trace_id == run.span.trace_id));
    assert!(requests.iter().any(|seen| seen.span.parent_span_id == image.span.span_id));
    assert!(requests.iter().any(|seen| seen.attribute("http.response.status_code") == "200"));

    let answer = spans.iter().find(|seen| seen.attribute("url.path") == "/healthz").unwrap();
    assert_eq!((hex(&answer.span.trace_id), hex(&answer.span.parent_span_id)), (TRACE.into(), SPAN.into()));
    assert_eq!(
        (answer.span.name.as_str(), answer.attribute("http.response.status_code")),
        ("answer GET", "200")
    );

    let batches = collector.taken.batches.lock().unwrap();
    let (headers, batch) = batches.first().unwrap();
    assert_eq!(headers.get("x-key").unwrap(), "well%20kept");
    assert_eq!(headers.get("content-type").unwrap(), "application/x-protobuf");
    let resource = batch.resource_spans.first().and_then(|spans| spans.resource.as_ref()).unwrap();
    assert_eq!(texts(&resource.attributes).get("service.name").map(String::as_str), Some("harbour"));
    let all = format!("{batches:?}");
    assert!(!all.contains("hidden"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_takes_nothing_is_told_of_once_and_holds_nothing_up() {
    let collector = Collector::start(StatusCode::FORBIDDEN).await;
    let mut sandbox = Sandbox::with_examples();
    sandbox.set("COLLECTOR_KEY", "well kept");
    let mirrors = "mirrors:\n  - name: hello\n    source: oci:examples/quickstart/layout\n    \
                   targets: ['store:hello']\n    every: 1s\n";
    sandbox.write("portolan.yaml", &settings(&collector.url, mirrors));
    let daemon = Daemon::start(&sandbox);
    // More than one batch is refused.
    while collector.taken.batches.lock().unwrap().len() < 2 {
        let answer = http_client().get(format!("{}/healthz", daemon.url())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    daemon.signal("TERM");
    let (code, said) = daemon.ended();
    assert_eq!(code, Some(0), "{said}");
    let told: Vec<&str> = said.lines().filter(|line| line.contains("does not take traces")).collect();
    assert_eq!(told.len(), 1, "{said}");
    assert!(!said.contains("well kept"), "{said}");

    // Nor does one that is not there.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    sandbox.write("portolan.yaml", &settings(&format!("http://{nobody}"), mirrors));
    sandbox.run("sync").succeeded();
}

#[test]
fn a_header_that_is_not_there_is_said_before_anything_is_done() {
    let sandbox = Sandbox::with_examples();
    let mirrors =
        "mirrors:\n  - name: hello\n    source: oci:examples/quickstart/layout\n    targets: ['oci:copy']\n";
    sandbox.write("portolan.yaml", &settings("http://127.0.0.1:4318", mirrors));
    insta::assert_snapshot!(sandbox.run("sync"));
    // What makes no traces does not ask for it.
    sandbox.run("mirrors list").succeeded();
}
