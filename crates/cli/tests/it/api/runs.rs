//! Runs as the API shows them: while they go on, cancelled, and with what failed.

use std::process::Stdio;
use std::time::Duration;

use http::Method;
use portolan_testkit::proxy::{Action, Asked, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;
use serde_json::{Value, json};

use super::client::Api;
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// A mirror whose source gives no blob.
async fn stuck(api: &Api) -> Option<(Registry, Proxy)> {
    let source = Registry::start().await?;
    source.client().push("app", &zoo::one("oci-image")).await;
    let proxy = Proxy::before(&source).await;
    proxy.fault(Rule::new(Asked::gets_blob, Action::Hang).always());
    let settings = json!({ "source": format!("{}/app", proxy.host()), "targets": ["store:app"] });
    api.put("/mirrors/stuck/settings", &settings).await.is(201);
    Some((source, proxy))
}

/// The number of the run that is under way.
async fn begin(api: &Api) -> i64 {
    api.post("/mirrors/stuck/runs", &Value::Null).await.is(202);
    let is_running =
        |runs: &Value| runs.pointer("/items/0/outcome").and_then(Value::as_str) == Some("running");
    let runs = api.until("/runs?mirror=stuck", is_running).await;
    runs.pointer("/items/0/id").and_then(Value::as_i64).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_followed_to_its_end_and_cancelled_it_is_not_gone_on_with() {
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let Some((_source, proxy)) = stuck(&api).await else { return };
    let run = begin(&api).await;
    let path = format!("/runs/{run}");
    // As soon as a blob is asked for, there is something to bring.
    api.until(&path, |run| run["progress"]["blobs"].as_u64().is_some_and(|blobs| blobs > 0)).await;
    let events = api.send(Method::GET, &format!("{path}/events"), &[], None).await;
    assert_eq!(events.headers()["content-type"], "application/x-ndjson");
    let sent =
        api.send(Method::GET, &format!("{path}/events"), &[("accept", "text/event-stream")], None).await;
    assert_eq!(sent.headers()["content-type"], "text/event-stream");

    let cancelled = api.post(&format!("{path}/cancel"), &Value::Null).await.is(202);
    assert!(cancelled["cancelled"]["by"].is_string(), "{cancelled}");
    let text = tokio::time::timeout(Duration::from_secs(60), events.text()).await.unwrap().unwrap();
    let lines: Vec<Value> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().any(|line| line["event"] == "progress" && line["images"] == 2), "{text}");
    let last = lines.last().unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&json!("run_ended"), &json!("interrupted")));
    let text = tokio::time::timeout(Duration::from_secs(60), sent.text()).await.unwrap().unwrap();
    assert!(text.contains("data: {\"event\":\"run_ended\""), "{text}");
    api.post(&format!("{path}/cancel"), &Value::Null).await.is(409);

    // Neither now nor when the daemon begins anew.
    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
    proxy.heal();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let mirror = api.get("/mirrors/stuck").await.is(200);
    assert!(mirror.get("asked_at").is_none(), "{mirror}");
    assert_eq!(api.get("/runs").await.is(200)["items"].as_array().unwrap().len(), 1);
    // Of a run that is over, only that is told.
    let events = api.send(Method::GET, &format!("{path}/events"), &[], None).await.text().await.unwrap();
    assert!(events.trim().starts_with("{\"event\":\"run_ended\""), "{events}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_the_command_line_is_cancelled_too() {
    let Some(source) = Registry::start().await else { return };
    source.client().push("app", &zoo::one("oci-image")).await;
    let proxy = Proxy::before(&source).await;
    proxy.fault(Rule::new(Asked::gets_blob, Action::Hang).always());
    let sandbox = Sandbox::new();
    sandbox.write(
        "portolan.yaml",
        &format!(
            "version: 1\nmirrors: [{{name: stuck, source: '{}/app', targets: ['store:app']}}]\n",
            proxy.host()
        ),
    );
    let mut sync = sandbox.command(["sync"]).stderr(Stdio::null()).spawn().unwrap();
    let run = loop {
        let runs = sandbox.run("runs list --output json").json();
        if let Some(run) = runs["runs"][0]["id"].as_i64() {
            break run;
        }
    };
    sandbox.run(&format!("runs cancel {run}")).succeeded();
    let ended = tokio::task::spawn_blocking(move || sync.wait().unwrap());
    let ended = tokio::time::timeout(Duration::from_secs(90), ended).await.expect("it never ends").unwrap();
    assert!(!ended.success());
    let shown = sandbox.run(&format!("runs show {run} --output json")).json();
    assert_eq!((&shown["outcome"], &shown["totals"]["copied"]), (&json!("interrupted"), &json!(0)));
    assert!(shown["cancelled"]["by"].is_string(), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_asked_for_is_done_after_a_kill() {
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let Some((_source, proxy)) = stuck(&api).await else { return };
    begin(&api).await;
    drop(daemon);
    proxy.heal();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let runs = api.until("/runs", |runs| runs["items"][0]["outcome"] == "done").await;
    let outcomes: Vec<&Value> = runs["items"].as_array().unwrap().iter().map(|run| &run["outcome"]).collect();
    assert_eq!(outcomes, [&json!("done"), &json!("interrupted")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_after_a_kill_is_not_gone_on_with() {
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let Some((source, proxy)) = stuck(&api).await else { return };
    let run = begin(&api).await;
    drop(daemon);
    sandbox.run(&format!("runs cancel {run}")).succeeded();
    proxy.heal();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    // Nobody is at it any more, which only who looks at the mirror can say.
    api.until("/runs?mirror=stuck", |runs| runs["items"][0]["outcome"] == "interrupted").await;
    let settings = json!({ "source": format!("{}/app", source.host()), "targets": ["store:other"] });
    api.put("/mirrors/other/settings", &settings).await.is(201);
    api.post("/mirrors/other/runs", &Value::Null).await.is(202);
    api.until("/runs?mirror=other", |runs| runs["items"][0]["outcome"] == "done").await;
    let runs = api.get("/runs?mirror=stuck").await.is(200);
    assert_eq!(runs["items"].as_array().unwrap().len(), 1, "{runs}");
    assert_eq!((&runs["items"][0]["id"], &runs["items"][0]["totals"]["copied"]), (&json!(run), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_retried_when_somebody_wants_it() {
    let Some(source) = Registry::start().await else { return };
    source.client().push("app", &zoo::one("oci-image")).await;
    let sandbox = Sandbox::new();
    let mirror = format!(
        "version: 1\nmirrors: [{{name: app, images: ['{0}/app:oci-image', '{0}/app:late'], targets: ['store:app']}}]\n",
        source.host()
    );
    sandbox.write("portolan.yaml", &mirror);
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    api.post("/mirrors/app/runs", &Value::Null).await.is(202);
    let runs = api.until("/runs", |runs| runs["items"][0]["outcome"] == "partly").await;
    let run = runs["items"][0]["id"].as_i64().unwrap();
    let mut late = zoo::one("oci-index");
    late.tags = vec!["late".to_owned()];
    source.client().push("app", &late).await;
    sandbox.run(&format!("runs retry {run} --daemon {}", daemon.host())).succeeded();
    let runs = api.until("/runs", |runs| runs["items"][0]["outcome"] == "done").await;
    assert_eq!(runs["items"][0]["totals"]["images"], 1, "only what failed: {runs}");
    daemon.client().manifest("app", "late").await;
    let last = runs["items"][0]["id"].as_i64().unwrap();
    let why = |answer: Value| answer["detail"].as_str().unwrap().to_owned();
    let refused = why(api.post(&format!("/runs/{run}/retry"), &Value::Null).await.is(409));
    assert_eq!(refused, format!("the run {run} cannot be retried: the run {last} came after it: retry that"));
    let refused = why(api.post(&format!("/runs/{last}/retry"), &Value::Null).await.is(409));
    assert_eq!(refused, format!("the run {last} cannot be retried: nothing failed in it"));
    api.post("/runs/1000/retry", &Value::Null).await.is(404);
    let said = sandbox.run(&format!("runs retry {last}")).failed(1);
    assert!(said.contains(&refused), "{said}");
    // Of a run that was cancelled nobody knows what it did not come to.
    let Some((_source, proxy)) = stuck(&api).await else { return };
    let run = begin(&api).await;
    api.post(&format!("/runs/{run}/retry"), &Value::Null).await.is(409);
    api.post(&format!("/runs/{run}/cancel"), &Value::Null).await.is(202);
    api.until("/runs?mirror=stuck", |runs| runs["items"][0]["outcome"] == "interrupted").await;
    proxy.heal();
    let said = sandbox.run(&format!("runs retry {run} --daemon {}", daemon.host())).succeeded();
    assert!(said.starts_with("stuck: "), "{said}");
    api.until("/runs?mirror=stuck", |runs| runs["items"][0]["outcome"] == "done").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_listed_and_lists_come_in_pages() {
    let Some(source) = Registry::start().await else { return };
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let gone = |tag: &str| format!("{}/gone:{tag}", source.host());
    let settings = json!({ "images": [gone("a"), gone("b"), gone("c")], "targets": ["store:app"] });
    api.put("/mirrors/failing/settings", &settings).await.is(201);
    for number in 1..=3 {
        api.post("/mirrors/failing/runs", &Value::Null).await.is(202);
        api.until("/runs", |runs| {
            let runs = runs["items"].as_array().unwrap();
            runs.len() == number && runs[0]["outcome"] == "failed"
        })
        .await;
    }
    let first = api.get("/runs?limit=2").await.is(200);
    let ids: Vec<i64> =
        first["items"].as_array().unwrap().iter().map(|run| run["id"].as_i64().unwrap()).collect();
    assert!(ids[0] > ids[1], "the last comes first: {ids:?}");
    let second = api.get(&format!("/runs?limit=2&after={}", first["next"].as_str().unwrap())).await.is(200);
    assert_eq!((second["items"].as_array().unwrap().len(), second.get("next")), (1, None));

    let path = format!("/runs/{}/failures", ids[0]);
    let page = api.get(&format!("{path}?limit=2")).await.is(200);
    let next = page["next"].as_str().unwrap();
    let rest = api.get(&format!("{path}?limit=2&after={next}")).await.is(200);
    let all = page["items"].as_array().unwrap().iter().chain(rest["items"].as_array().unwrap());
    let sources: Vec<_> = all.map(|failed| failed["source"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sources, [gone("a"), gone("b"), gone("c")]);
    assert_eq!(page["items"][0]["retryable"], false);
    for bad in ["/runs?limit=0", "/runs?limit=1001", "/runs?limit=x", "/runs?after=x", "/runs/x"] {
        api.get(bad).await.is(400);
    }
    api.get("/runs/1000000").await.is(404);
    api.get("/nothing").await.is(404);
    api.delete("/runs").await.is(405);
}
