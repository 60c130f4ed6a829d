//! What the daemon counts.

use std::collections::BTreeMap;

use portolan_testkit::client::http as http_client;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// What the daemon has counted, by series.
async fn counted(daemon: &Daemon) -> BTreeMap<String, f64> {
    let answer = http_client().get(format!("{}/metrics", daemon.url())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let series = text.lines().filter(|line| !line.starts_with('#'));
    series
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

/// What is counted when this has been counted.
async fn counted_with(daemon: &Daemon, series: &str) -> BTreeMap<String, f64> {
    loop {
        let counted = counted(daemon).await;
        if counted.get(series).is_some_and(|count| *count > 0.0) {
            return counted;
        }
        tokio::task::yield_now().await;
    }
}

/// A daemon with a mirror of `app`, and of an image that is nowhere, each run once.
fn sandbox(source: &Registry) -> Sandbox {
    let sandbox = Sandbox::new();
    let host = source.host();
    let settings = format!(
        "version: 1\nregistries:\n  - host: {host}\n    limits: {{requests_per_second: 2}}\nmirrors:\n  - name: app\n    \
         source: {host}/app\n    targets: ['store:mirrored/app', 'store:second/app']\n    every: 1h\n  \
         - name: gone\n    images: ['{host}/gone:1']\n    targets: ['store:gone']\n    every: 1h\n"
    );
    sandbox.write("portolan.yaml", &settings);
    sandbox
}

#[tokio::test(flavor = "multi_thread")]
async fn what_mirrors_did_and_what_was_asked_for_it() {
    let Some(source) = Registry::start().await else { return };
    source.client().push("app", &zoo::one("oci-image")).await;
    let sandbox = sandbox(&source);
    let daemon = Daemon::start(&sandbox);
    let of = |name: &str, labels: &str| format!("portolan_{name}{{{labels}}}");
    counted_with(&daemon, &of("mirror_runs_total", r#"mirror="gone",outcome="failed""#)).await;
    let first = counted_with(&daemon, &of("mirror_runs_total", r#"mirror="app",outcome="done""#)).await;
    let get = |name: &str, labels: &str| first.get(&of(name, labels)).copied();
    let copied = get("mirror_images_total", r#"mirror="app",outcome="copied""#);
    assert!(copied.is_some_and(|copied| copied >= 2.0), "{first:?}");
    assert_eq!(get("mirror_images_total", r#"mirror="app",outcome="skipped""#), Some(0.0));
    assert_eq!(get("mirror_images_total", r#"mirror="gone",outcome="failed""#), Some(1.0));
    let bytes = get("mirror_sent_bytes_total", r#"mirror="app""#).unwrap();
    let sent = get("mirror_blobs_total", r#"mirror="app",outcome="sent""#).unwrap();
    let mounted = get("mirror_blobs_total", r#"mirror="app",outcome="mounted""#).unwrap();
    assert!(bytes > 0.0 && sent > 0.0 && mounted > 0.0, "{first:?}");
    let succeeded = get("mirror_last_success_timestamp_seconds", r#"mirror="app""#).unwrap();
    assert!(get("mirror_last_success_duration_seconds", r#"mirror="app""#).is_some_and(|took| took > 0.0));
    assert_eq!(get("mirror_last_success_timestamp_seconds", r#"mirror="gone""#), None);
    assert_eq!(first.get("portolan_mirror_runs_waiting"), Some(&0.0));

    // The registry is asked through its limit.
    let host = source.host();
    assert!(get("host_requests_total", &format!(r#"host="{host}",status="2xx""#)).is_some_and(|n| n > 2.0));
    assert!(get("host_requests_total", &format!(r#"host="{host}",status="4xx""#)).is_some_and(|n| n >= 1.0));
    assert!(get("host_waited_seconds_total", &format!(r#"host="{host}""#)).is_some_and(|time| time > 0.1));
    assert_eq!(get("host_retries_total", &format!(r#"host="{host}""#)), Some(0.0));

    // A daemon that is started anew knows when its mirrors were run.
    drop(daemon);
    let daemon = Daemon::start(&sandbox);
    let series = of("mirror_last_success_timestamp_seconds", r#"mirror="app""#);
    let second = counted_with(&daemon, &series).await;
    assert_eq!(second.get(&series), Some(&succeeded));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_once_more_and_what_is_awaited() {
    let Some(source) = Registry::start().await else { return };
    let host = source.host().to_owned();
    drop(source);
    let sandbox = Sandbox::new();
    let settings = format!(
        "version: 1\nhooks:\n  - kind: docker-registry\n    registry: {host}\n    secret: word\nmirrors:\n  - name: app\n    \
         source: {host}/app\n    targets: ['store:mirrored/app']\n"
    );
    sandbox.write("portolan.yaml", &settings);
    let daemon = Daemon::start(&sandbox);
    assert_eq!(counted(&daemon).await.get("portolan_hooks_images_awaited"), Some(&0.0));
    let event = serde_json::json!({ "events": [{
        "action": "push",
        "target": { "repository": "app", "tag": "1", "mediaType": "application/vnd.oci.image.manifest.v1+json" },
    }] });
    let told = http_client().post(format!("{}/hooks/docker-registry", daemon.url()));
    let told = told.header("authorization", "Bearer word").body(event.to_string()).send().await.unwrap();
    assert_eq!(told.status(), 202);
    // Nobody answers there any more: it stays awaited.
    let series = r#"portolan_mirror_runs_total{mirror="app",outcome="failed"}"#;
    let counted = counted_with(&daemon, series).await;
    assert_eq!(counted.get("portolan_hooks_images_awaited"), Some(&1.0));
    let of_host =
        |name: &str, rest: &str| counted.get(&format!("portolan_{name}{{host=\"{host}\"{rest}}}")).copied();
    let unanswered = of_host("host_requests_total", r#",status="none""#).unwrap();
    let retries = of_host("host_retries_total", "").unwrap();
    assert!(unanswered > retries && retries > 0.0, "{counted:?}");
}
