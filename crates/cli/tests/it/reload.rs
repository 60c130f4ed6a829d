//! A configuration that changes while the daemon runs.

use std::time::{Duration, Instant};

use http::Method;
use portolan_testkit::client::http as http_client;
use portolan_testkit::image::{Image, Layer};
use portolan_testkit::proxy::{Action, Asked, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{self, Exhibit};
use serde_json::Value;

use crate::api::client::Api;
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// Waits until it is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    ended.unwrap_or_else(|_| panic!("it is never so: {what}"));
}

/// Waits until the daemon has this image.
async fn arrives(daemon: &Daemon, image: &str) {
    let path = format!("/v2/{image}/manifests/oci-image");
    until(image, async || daemon.client().status(Method::HEAD, &path).await == 200).await;
}

async fn page(daemon: &Daemon) -> String {
    http_client().get(daemon.url()).send().await.unwrap().text().await.unwrap()
}

/// Waits until the page says so.
async fn says(daemon: &Daemon, part: &str) {
    until(part, async || page(daemon).await.contains(part)).await;
}

fn mirror(name: &str, source: &Registry) -> String {
    format!(
        "  - name: {name}\n    source: {}/app\n    targets: ['store:{name}']\n    every: 1h\n",
        source.host()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn mirrors_come_change_and_go_and_what_is_wrong_is_refused() {
    let Some(source) = Registry::start().await else { return };
    source.client().push("app", &zoo::one("oci-image")).await;
    let sandbox = Sandbox::new();
    let begin = format!("version: 1\nmirrors:\n{}", mirror("first", &source));
    sandbox.write("portolan.yaml", &begin);
    let daemon = Daemon::start(&sandbox);
    arrives(&daemon, "first").await;

    // By itself.
    sandbox.write("portolan.yaml", &format!("{begin}{}", mirror("second", &source)));
    arrives(&daemon, "second").await;

    // What is wrong changes nothing, and is told with its line.
    sandbox.write("portolan.yaml", &format!("{begin}  - name: third\n    sauce: here\n"));
    daemon.signal("HUP");
    says(&daemon, "The new configuration is not in force").await;
    let text = page(&daemon).await;
    assert!(text.contains("sauce") && text.contains("portolan.yaml:"), "{text}");
    assert!(text.contains("<td>second</td>") && !text.contains("<td>third</td>"), "{text}");

    // Mended, a mirror is gone, and one is run at other times.
    let other = mirror("second", &source).replace("every: 1h", "schedule: '@daily'");
    sandbox.write("portolan.yaml", &format!("version: 1\nlayouts: true\nmirrors:\n{other}"));
    daemon.signal("HUP");
    says(&daemon, "<td>@daily</td>").await;
    let text = page(&daemon).await;
    assert!(!text.contains("not in force") && !text.contains("<tr><td>first</td>"), "{text}");

    let metrics = http_client().get(format!("{}/metrics", daemon.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains(r#"portolan_config_reads_total{outcome="refused"} "#), "{metrics}");
    daemon.signal("TERM");
    let (code, said) = daemon.ended();
    assert_eq!(code, Some(0));
    for part in [
        "the configuration was read anew: 2 mirrors",
        "the new configuration is refused, what was in force stays: ",
        "changed, and in force from the next start on: layouts",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_go_on_and_runs_that_begin_keep_the_limits_together() {
    let Some(source) = Registry::start().await else { return };
    let layer = Layer::random(1, 100_000);
    let mut image = Exhibit::new("large", Image::oci().layer(layer).build());
    image.tags = vec!["v1".to_owned()];
    for repository in ["app", "other"] {
        source.client().push(repository, &image).await;
    }
    let manifest = source.client().manifest("app", "v1").await.json();
    let layer = manifest.pointer("/layers/0/digest").and_then(Value::as_str).unwrap();
    let proxy = Proxy::before(&source).await;
    proxy.fault(Rule::new(Asked::gets_blob, Action::Hang).always());
    let (sandbox, host) = (Sandbox::new(), proxy.host());
    let mirror = |name| format!("  - {{name: {name}, source: {host}/{name}, targets: ['store:{name}']}}\n");
    let begin = format!(
        "version: 1\nregistries: [{{host: '{host}', limits: {{concurrency: 1}}}}]\nmirrors:\n{}",
        mirror("app")
    );
    sandbox.write("portolan.yaml", &begin);
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    api.post("/mirrors/app/runs", &Value::Null).await.is(202);
    let asks = |name: &str| proxy.records().into_iter().find(|record| record.path.contains(name));
    until("a blob is read", async || asks(&format!("/app/blobs/{layer}")).is_some()).await;
    let run = api.get("/runs").await.is(200)["items"][0]["id"].clone();

    sandbox.write("portolan.yaml", &format!("{begin}{}", mirror("other")));
    until("the new mirror is there", async || api.get("/mirrors/other").await.status == 200).await;
    api.post("/mirrors/other/runs", &Value::Null).await.is(202);
    until("its image is known", async || asks("/other/manifests/").is_some()).await;
    // A run that is held by nothing else would have asked for a blob by now.
    for _ in 0..20 {
        page(&daemon).await;
    }
    let ended = Instant::now();
    api.post(&format!("/runs/{run}/cancel"), &Value::Null).await.is(202);
    let there = format!("/other/blobs/{layer}");
    until("a blob is read for the other", async || asks(&there).is_some()).await;
    assert!(asks(&there).unwrap().started >= ended, "two read blobs where one may");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_takes_no_mirror_away_and_a_new_secret_is_read() {
    let sandbox = Sandbox::new();
    let secret = sandbox.path("secret");
    std::fs::write(&secret, "old").unwrap();
    let text = format!(
        "version: 1\nhooks:\n  - {{kind: harbor, registry: r.example, secret: {{file: {}}}}}\n",
        secret.display()
    );
    sandbox.write("portolan.yaml", &text);
    let daemon = Daemon::start(&sandbox);
    let tells = async |secret: &str| {
        let request = http_client().post(format!("{}/hooks/harbor", daemon.url()));
        let request = request.header("Authorization", secret).body(r#"{"type":"OTHER"}"#);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!((tells("old").await, tells("new").await), (202, 401));
    std::fs::write(&secret, "new").unwrap();
    daemon.signal("HUP");
    until("the new secret holds", async || tells("new").await == 202).await;
    assert_eq!(tells("old").await, 401);

    std::fs::remove_file(sandbox.path("portolan.yaml")).unwrap();
    daemon.signal("HUP");
    says(&daemon, "portolan.yaml is gone").await;
    assert_eq!(tells("new").await, 202);
}
