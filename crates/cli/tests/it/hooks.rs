//! Registries that tell the daemon of new images.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::routing::post;
use portolan_testkit::client::http as http_client;
use portolan_testkit::image::{Image, Layer};
use portolan_testkit::proxy::{Action, Asked, Proxy, Rule};
use portolan_testkit::reader::Skopeo;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{self, Exhibit};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::api::client::Api;
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

const SECRET: &str = "well kept";

/// Mirrors that keep the daemon busy.
const BUSY: [&str; 4] = ["a", "b", "c", "d"];

/// A daemon that takes what `source` has below `team` when it is told, and never by the clock.
fn configure(sandbox: &Sandbox, source: &Registry) {
    let host = source.host();
    sandbox.write(
        "portolan.yaml",
        &format!(
            "version: 1\nhooks:\n  - {{kind: docker-registry, registry: '{host}', secret: {SECRET}}}\n\
             mirrors:\n  - name: team\n    source: {host}/team/**\n    targets: ['store:{{repository}}']\n    \
             tags: {{exclude: ['^no']}}\n"
        ),
    );
}

async fn arrives(daemon: &Daemon, repository: &str, tag: &str) {
    let waiting = async {
        while daemon.client().find_manifest(repository, tag).await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    let arrived = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    arrived.unwrap_or_else(|_| panic!("{repository}:{tag} does not arrive"));
}

fn told(tags: &[&str]) -> String {
    let events: Vec<String> = tags
        .iter()
        .map(|tag| format!(r#"{{"action":"push","target":{{"repository":"team/app","tag":"{tag}"}}}}"#))
        .collect();
    format!(r#"{{"events":[{}]}}"#, events.join(","))
}

/// Sends a webhook: the status and what is answered.
async fn send(daemon: &Daemon, secret: &str, body: String) -> (u16, String) {
    let url = format!("{}/hooks/docker-registry", daemon.url());
    let sent = http_client().post(url).header("authorization", format!("Bearer {secret}")).body(body);
    let answer = sent.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn metric(daemon: &Daemon, line: &str) -> Option<u64> {
    let text = http_client().get(format!("{}/metrics", daemon.url())).send().await.unwrap();
    let text = text.text().await.unwrap();
    text.lines().find_map(|one| one.strip_prefix(line)?.trim().parse().ok())
}

async fn publish(source: &Registry, tag: &str, seed: u64) {
    let mut image = Exhibit::new("image", Image::oci().layer(Layer::random(seed, 2_000)).build());
    image.tags = vec![tag.to_owned()];
    source.client().push("team/app", &image).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_skopeo_pushes_to_a_registry_that_tells_of_it_arrives_without_a_schedule() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let (Some(mut source), Some(skopeo)) = (Registry::start().await, Skopeo::find()) else { return };
    let sandbox = Sandbox::new();
    configure(&sandbox, &source);
    let daemon = Daemon::start(&sandbox);
    source
        .restart_telling(&format!("{}/hooks/docker-registry", daemon.url()), &format!("Bearer {SECRET}"))
        .await;
    let image = zoo::one("oci-index");
    zoo::write_layout(&sandbox.path("layout"), std::slice::from_ref(&image));
    let from = format!("oci:{}:{}", sandbox.path("layout").display(), image.tags[0]);
    for tag in ["no", "v1"] {
        let there = format!("docker://{}/team/app:{tag}", source.host());
        skopeo.copy(&from, &there, &["--all", "--preserve-digests"]).await.expect_ok();
    }
    arrives(&daemon, "team/app", "v1").await;
    assert_eq!(daemon.client().manifest("team/app", "v1").await.bytes, image.root.bytes);
    assert_eq!(daemon.client().tags("team/app").await, ["v1"], "what the rules leave out is left out");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_told_by_who_knows_the_secret_is_looked_at() {
    let Some(source) = Registry::start().await else { return };
    let sandbox = Sandbox::new();
    configure(&sandbox, &source);
    publish(&source, "v1", 1).await;
    publish(&source, "v2", 2).await;
    let daemon = Daemon::start(&sandbox);
    assert_eq!(send(&daemon, "wrong", told(&["v1"])).await.0, 401);
    assert_eq!(send(&daemon, "", told(&["v1"])).await.0, 401);
    assert_eq!(send(&daemon, SECRET, "nonsense".to_owned()).await.0, 400);
    assert_eq!(send(&daemon, SECRET, " ".repeat((1 << 20) + 1)).await.0, 413);
    let elsewhere = told(&["v1"]).replace("team/app", "other/app");
    assert_eq!(send(&daemon, SECRET, elsewhere).await, (202, r#"{"images":[]}"#.to_owned()));
    let (status, answer) = send(&daemon, SECRET, told(&["v2", "v2"])).await;
    let image = format!("{}/team/app:v2", source.host());
    assert_eq!((status, answer), (202, format!(r#"{{"images":[{{"mirror":"team","image":"{image}"}}]}}"#)));
    arrives(&daemon, "team/app", "v2").await;
    assert_eq!(daemon.client().tags("team/app").await, ["v2"]);
    let counted = async |outcome: &str| {
        let line = format!("portolan_hooks_total{{kind=\"docker-registry\",outcome=\"{outcome}\"}} ");
        metric(&daemon, &line).await
    };
    assert_eq!(counted("refused").await, Some(4));
    assert_eq!(counted("passed_over").await, Some(1));
    assert_eq!(counted("taken").await, Some(1));
    let github = http_client().post(format!("{}/hooks/github", daemon.url())).send().await.unwrap();
    assert_eq!(github.status(), 404);
}

#[test]
fn a_sender_who_is_refused_keeps_the_connection() {
    let sandbox = Sandbox::new();
    sandbox.write("portolan.yaml", "version: 1\nhooks: [{kind: docker-hub, secret: well-kept}]\n");
    let daemon = Daemon::start(&sandbox);
    let mut connection = BufReader::new(TcpStream::connect(daemon.host()).unwrap());
    for body in ["x".repeat(60_000), "y".repeat(3)] {
        let host = daemon.host();
        let head = format!(
            "POST /hooks/docker-hub HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        connection.get_mut().write_all(format!("{head}{body}").as_bytes()).unwrap();
        let (mut answer, mut line) = (String::new(), String::new());
        while line != "\r\n" {
            line.clear();
            assert!(connection.read_line(&mut line).unwrap() > 0, "the connection is closed: {answer}");
            answer += &line.to_ascii_lowercase();
        }
        assert!(answer.starts_with("http/1.1 401"), "{answer}");
        let length = answer.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        connection.read_exact(&mut vec![0; length.unwrap()]).unwrap();
    }
}

#[test]
fn a_secret_that_is_empty_is_none() {
    let sandbox = Sandbox::new();
    sandbox.write("secret", "\n");
    sandbox.write("portolan.yaml", "version: 1\nhooks: [{kind: docker-hub, secret: {file: secret}}]\n");
    let said = sandbox.run("serve").failed(1);
    assert!(said.contains("the secret of the webhooks of docker-hub is empty"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_is_seen_to_after_a_kill() {
    let Some(mut source) = Registry::start().await else { return };
    let sandbox = Sandbox::new();
    configure(&sandbox, &source);
    publish(&source, "v1", 1).await;
    source.stop();
    let daemon = Daemon::start(&sandbox);
    assert_eq!(send(&daemon, SECRET, told(&["v1"])).await.0, 202);
    drop(daemon);
    source.restart().await;
    let daemon = Daemon::start(&sandbox);
    arrives(&daemon, "team/app", "v1").await;
}

/// Has as many mirrors run as are run at once when somebody wants it; none of them comes to an end.
async fn tie_up(api: &Api) {
    for name in BUSY {
        api.post(&format!("/mirrors/{name}/runs"), &Value::Null).await.is(202);
        let is_running = |runs: &Value| runs.pointer("/items/0/outcome") == Some(&json!("running"));
        api.until(&format!("/runs?mirror={name}"), is_running).await;
    }
}

/// What is told while a run waits that does other things is another matter.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_while_a_retry_waits_is_brought_after_it() {
    let Some(source) = Registry::start().await else { return };
    publish(&source, "v1", 1).await;
    publish(&source, "v9", 9).await;
    let proxy = Proxy::before(&source).await;
    proxy.fault(Rule::new(Asked::gets_blob, Action::Hang).always());
    let (sandbox, host) = (Sandbox::new(), source.host());
    let mirrors: String = BUSY
        .iter()
        .map(|name| {
            format!(
                "  - {{name: {name}, images: ['{}/team/app:v9'], targets: ['store:{name}']}}\n",
                proxy.host()
            )
        })
        .collect();
    sandbox.write(
        "portolan.yaml",
        &format!(
            "version: 1\nhooks:\n  - {{kind: docker-registry, registry: '{host}', secret: {SECRET}}}\nmirrors:\n\
             \x20 - {{name: team, images: ['{host}/team/app:v1', '{host}/team/app:gone'], targets: ['store:team/app']}}\n\
             {mirrors}"
        ),
    );
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    api.post("/mirrors/team/runs", &Value::Null).await.is(202);
    let runs = api.until("/runs?mirror=team", |runs| runs["items"][0]["outcome"] == "partly").await;
    let run = runs["items"][0]["id"].as_i64().unwrap();
    tie_up(&api).await;
    api.post(&format!("/runs/{run}/retry"), &Value::Null).await.is(202);
    let waiting = async {
        while metric(&daemon, "portolan_mirror_runs_waiting ").await != Some(1) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("the retry waits");
    publish(&source, "v1", 2).await;
    assert_eq!(send(&daemon, SECRET, told(&["v1"])).await.0, 202);
    let busy = api.get("/runs?mirror=a").await.is(200)["items"][0]["id"].clone();
    api.post(&format!("/runs/{busy}/cancel"), &Value::Null).await.is(202);
    let runs = api.until("/runs?mirror=team", |runs| runs["items"][0]["outcome"] == "done").await;
    let moved = source.client().manifest("team/app", "v1").await;
    assert_eq!(daemon.client().manifest("team/app", "v1").await, moved);
    let totals: Vec<&Value> =
        runs["items"].as_array().unwrap().iter().map(|run| &run["totals"]["images"]).collect();
    assert_eq!(totals, [&json!(1), &json!(1), &json!(2)], "what was told, what failed, and all: {runs}");
    // What failed has failed still.
    let last = runs["items"][0]["id"].as_i64().unwrap();
    api.post(&format!("/runs/{last}/retry"), &Value::Null).await.is(202);
}

/// Webhooks of a flood: a short sample, or as many as are wanted.
fn webhooks() -> u64 {
    std::env::var("PORTOLAN_TEST_WEBHOOKS").map_or(320, |wanted| wanted.parse().unwrap())
}

/// Half of a flood is told twice, and of each four one has the wrong secret.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_flood_nothing_is_lost_and_little_is_run() {
    let Some(source) = Registry::start().await else { return };
    let sandbox = Sandbox::new();
    configure(&sandbox, &source);
    let (webhooks, tags) = (webhooks(), webhooks() / 8);
    for tag in 0..tags {
        publish(&source, &format!("v{tag}"), tag).await;
    }
    let daemon = Daemon::start(&sandbox);
    let (began, mut sent) = (Instant::now(), Vec::new());
    for nth in 0..webhooks {
        let tag = format!("v{}", nth / 2 % tags);
        let secret = if nth % 4 == 3 { "wrong" } else { SECRET };
        sent.push(send(&daemon, secret, told(&[&tag])).await.0);
    }
    let took = began.elapsed();
    let (taken, refused) = (webhooks - webhooks / 4, webhooks / 4);
    assert_eq!(sent.iter().filter(|status| **status == 202).count() as u64, taken);
    assert_eq!(sent.iter().filter(|status| **status == 401).count() as u64, refused);
    let counted =
        metric(&daemon, "portolan_hooks_total{kind=\"docker-registry\",outcome=\"refused\"} ").await;
    assert_eq!(counted, Some(refused));
    for tag in 0..tags {
        arrives(&daemon, "team/app", &format!("v{tag}")).await;
    }
    let api = Api::of(&daemon);
    api.until("/mirrors/team", |mirror| mirror["told"] == 0).await;
    let runs = api.get("/runs?mirror=team&limit=1000").await.is(200);
    let runs = runs["items"].as_array().unwrap();
    assert!((runs.len() as u64) < taken, "{}", runs.len());
    let copied: u64 = runs.iter().map(|run| run["totals"]["copied"].as_u64().unwrap()).sum();
    assert_eq!(copied, tags, "none is brought twice");
    let peak = daemon.process().peak_memory() >> 20;
    println!("{webhooks} webhooks in {took:.1?}: {tags} images in {} runs, {peak} MiB at most", runs.len());
    assert!(peak < 96, "{peak} MiB");
}

/// A place that wants to hear what became of images: its address, and what it hears.
async fn ear() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (heard, hears) = mpsc::unbounded_channel();
    let hear = async move |body: Bytes| heard.send(serde_json::from_slice(&body).unwrap()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let router = axum::Router::new().route("/heard", post(hear));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (host, hears)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_hears_what_became_of_an_image_where_that_is_allowed() {
    let Some(source) = Registry::start().await else { return };
    publish(&source, "v1", 1).await;
    let ((allowed, mut hears), (other, mut hears_nothing)) = (ear().await, ear().await);
    let (sandbox, host) = (Sandbox::new(), source.host());
    sandbox.write(
        "portolan.yaml",
        &format!(
            "version: 1\nhooks:\n  - {{kind: docker-hub, registry: '{host}', secret: {SECRET}, callbacks: ['{allowed}']}}\n\
             mirrors:\n  - name: team\n    images: ['{host}/team/app:v1', '{host}/team/app:gone']\n    \
             targets: ['store:{{repository}}']\n"
        ),
    );
    let daemon = Daemon::start(&sandbox);
    let tell = async |tag: &str, callback: String| {
        let body = json!({
            "callback_url": callback, "push_data": {"tag": tag}, "repository": {"repo_name": "team/app"}
        });
        let url = format!("{}/hooks/docker-hub?token={}", daemon.url(), SECRET.replace(' ', "%20"));
        let answer = http_client().post(url).body(body.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 202);
    };
    tell("v1", format!("http://{other}/heard")).await;
    arrives(&daemon, "team/app", "v1").await;
    tell("v1", format!("http://{allowed}/heard")).await;
    let hear = async |hears: &mut mpsc::UnboundedReceiver<Value>| {
        tokio::time::timeout(Duration::from_secs(60), hears.recv()).await.unwrap().unwrap()
    };
    let heard = hear(&mut hears).await;
    assert_eq!((&heard["state"], &heard["context"]), (&json!("success"), &json!("Portolan")));
    tell("gone", format!("http://{allowed}/heard")).await;
    let heard = hear(&mut hears).await;
    assert_eq!(heard["state"], "failure");
    let description = heard["description"].as_str().unwrap();
    assert!(description.starts_with(&format!("{host}/team/app:gone: ")), "{description}");
    assert!(hears_nothing.try_recv().is_err(), "who is not allowed hears nothing");
}
