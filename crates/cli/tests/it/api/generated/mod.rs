//! Requests that are made from the document: whatever is sent, the answer is one that the document has.
//!
//! `values` makes what is sent. `PORTOLAN_TEST_SEED` names other requests, and `PORTOLAN_TEST_REQUESTS` how many are made of
//! each operation.

mod values;

use std::collections::HashMap;

use futures::stream::{self, StreamExt as _};
use http::Method;
use jsonschema::Validator;
use portolan_testkit::client::http as http_client;
use portolan_testkit::databases::{Database, Product};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;
use serde_json::{Value, json};

use self::values::{Random, Sent};
use super::client::Api;
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// Requests that are under way at once.
const AT_ONCE: usize = 4;

fn said(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().map_or(otherwise, |said| said.parse().unwrap())
}

/// An operation of the document.
struct Operation<'a> {
    method: Method,
    path: &'a str,
    value: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&'_ String, &'_ Value)| -> Vec<(String, String)> {
        item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())).collect()
    };
    let named: Vec<(String, String)> = paths.iter().flat_map(of).collect();
    let found = named.into_iter().map(|(path, method)| {
        let (path, item) = paths.get_key_value(&path).unwrap();
        Operation { method: method.to_uppercase().parse().unwrap(), path, value: &item[&method] }
    });
    found.collect()
}

/// The schemas of answers, made once.
struct Answers<'a> {
    document: &'a Value,
    known: HashMap<String, Validator>,
}

impl<'a> Answers<'a> {
    fn new(document: &'a Value) -> Self {
        let mut answers = Self { document, known: HashMap::new() };
        for operation in operations(document) {
            for response in operation.value["responses"].as_object().unwrap().values() {
                for content in response["content"].as_object().into_iter().flatten() {
                    answers.learn(&content.1["schema"]);
                }
            }
        }
        answers
    }

    fn learn(&mut self, schema: &Value) {
        let whole = json!({ "allOf": [schema], "components": self.document["components"] });
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        let validator = options.should_validate_formats(true).build(&whole).unwrap();
        self.known.insert(schema.to_string(), validator);
    }

    /// What is wrong with an answer.
    fn fault(&self, operation: &Operation<'_>, status: u16, kind: &str, body: &str) -> Option<String> {
        if status >= 500 {
            return Some("it failed".to_owned());
        }
        let responses = &operation.value["responses"];
        let response = responses.get(status.to_string());
        let Some(response) = response.or_else(|| responses.get("default").filter(|_| status >= 400)) else {
            return Some("the document has no such status".to_owned());
        };
        let Some(contents) = response["content"].as_object() else {
            return (!body.is_empty()).then(|| "the document has no body".to_owned());
        };
        let Some(content) = contents.get(kind) else {
            return Some(format!("the document has no answer that is {kind:?}"));
        };
        if kind == "application/x-ndjson" {
            return body
                .lines()
                .find_map(|line| serde_json::from_str::<Value>(line).err())
                .map(|e| e.to_string());
        }
        let value: Value = match serde_json::from_str(body) {
            Ok(value) => value,
            Err(error) => return Some(error.to_string()),
        };
        let validator = self.known.get(&content["schema"].to_string()).unwrap();
        validator.iter_errors(&value).next().map(|error| format!("{}: {error}", error.instance_path()))
    }
}

/// Sends a request: the status of the answer, and what is wrong with it.
async fn ask(
    daemon: &Daemon,
    answers: &Answers<'_>,
    operation: &Operation<'_>,
    sent: Sent,
) -> Option<(u16, Option<String>)> {
    let url = format!("{}/api/v1{}", daemon.url(), sent.target);
    let mut request = http_client().request(operation.method.clone(), url);
    for (name, value) in &sent.headers {
        request = request.header(*name, value);
    }
    if let Some(body) = &sent.body {
        request = request.body(body.clone());
    }
    // What cannot be sent says nothing about who would have answered.
    let request = request.build().ok()?;
    let answer = http_client().execute(request).await.unwrap();
    let status = answer.status().as_u16();
    let kind = answer.headers().get("content-type").map_or("", |kind| kind.to_str().unwrap());
    let kind = kind.split(';').next().unwrap().to_owned();
    let body = answer.text().await.unwrap();
    let fault = answers.fault(operation, status, &kind, &body);
    let fault = fault.map(|fault| format!("{} {sent:?}: {status}, {fault}: {body}", operation.method));
    Some((status, fault))
}

/// A daemon that has something of everything.
async fn furnished(sandbox: &Sandbox, source: &Registry) -> Daemon {
    sandbox.write(
        "portolan.yaml",
        &format!(
            "version: 1\nmirrors:\n  - {{name: base, source: {}/app, targets: ['store:base/app'], every: 1h}}\n  \
             - {{name: broken, source: '127.0.0.1:9/app', targets: ['store:broken']}}\n",
            source.host()
        ),
    );
    let daemon = Daemon::start(sandbox);
    let api = Api::of(&daemon);
    let ended = |outcome: &'static str| {
        move |runs: &Value| runs.pointer("/items/0/outcome").is_some_and(|found| found == outcome)
    };
    api.until("/runs", ended("done")).await;
    api.post("/mirrors/broken/runs", &Value::Null).await.is(202);
    api.until("/runs", ended("failed")).await;
    let anna = json!({ "name": "anna", "password": "correct horse", "grants": [] });
    api.post("/users", &anna).await.is(201);
    api.post("/users/anna/tokens", &json!({ "note": "ci" })).await.is(201);
    daemon
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_the_answer_is_one_that_the_document_has() {
    ask_whatever(Sandbox::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_where_the_database_is_strict_about_texts() {
    let Some(database) = Database::make(Product::Postgres).await else { return };
    let mut sandbox = Sandbox::new();
    sandbox.set("PORTOLAN__DATABASE", &database.url());
    ask_whatever(sandbox).await;
}

async fn ask_whatever(sandbox: Sandbox) {
    let Some(source) = Registry::start().await else { return };
    source.client().push("app", &zoo::one("oci-image")).await;
    let daemon = furnished(&sandbox, &source).await;
    let document = http_client().get(format!("{}/api/openapi.json", daemon.url())).send().await.unwrap();
    let document: Value = serde_json::from_str(&document.text().await.unwrap()).unwrap();
    let (answers, operations) = (Answers::new(&document), operations(&document));
    let (seed, count) = (said("PORTOLAN_TEST_SEED", 7), said("PORTOLAN_TEST_REQUESTS", 20));
    let mut random = Random::new(seed, &document);
    let mut requests = Vec::new();
    for _ in 0..count {
        for operation in &operations {
            requests.push((operation, random.request(operation.path, operation.value)));
        }
    }
    let all = requests.len();
    let asked = stream::iter(requests).map(|(operation, sent)| ask(&daemon, &answers, operation, sent));
    let asked: Vec<_> = asked.buffer_unordered(AT_ONCE).filter_map(async |answer| answer).collect().await;
    let faults: Vec<&str> = asked.iter().filter_map(|(_, fault)| fault.as_deref()).collect();
    let good = asked.iter().filter(|(status, _)| *status < 300).count();
    assert!(faults.is_empty(), "{} of {all} (seed {seed}):\n{}", faults.len(), faults.join("\n"));
    assert!(operations.len() > 30, "{}", operations.len());
    // Else it would be refusals that fit.
    assert!(good * 5 > all, "{good} of {all} are done");
    Api::of(&daemon).get("/health").await.is(200);
}

#[test]
fn an_answer_that_the_document_does_not_have_is_found() {
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/openapi.json"));
    let document: Value = serde_json::from_str(&document.unwrap()).unwrap();
    let (answers, operations) = (Answers::new(&document), operations(&document));
    let nodes = operations.iter().find(|operation| operation.path == "/nodes").unwrap();
    let fault = |status, kind: &str, body: &str| answers.fault(nodes, status, kind, body);
    let (json, problem) = ("application/json", "application/problem+json");
    assert_eq!(fault(200, json, r#"{"items":[]}"#), None);
    let node = r#"{"items":[{"id":1,"name":"n","what":"w","host":"h","started_at":"2026-11-23T10:00:00Z","seen_at":"2026-11-23T10:00:00Z","living":true}]}"#;
    assert_eq!(fault(200, json, node), None);
    assert_eq!(fault(404, problem, r#"{"type":"t","title":"t","status":404}"#), None);
    for (status, kind, body) in [
        (503, problem, r#"{"type":"t","title":"t","status":503}"#),
        (201, json, r#"{"items":[]}"#),
        (200, "text/plain", "nodes"),
        (200, json, "{"),
        (200, json, r#"{"items":[1]}"#),
        (200, json, r#"{"items":[{"id":1}]}"#),
        (200, json, &node.replace("2026-11-23T10", "10")),
        (404, json, r#"{"type":"t","title":"t","status":404}"#),
        (404, problem, r#"{"type":"t"}"#),
    ] {
        assert!(fault(status, kind, body).is_some(), "{status} {kind} {body}");
    }
}
