//! Mirrors that the daemon runs by itself.

use http::Method;
use portolan_testkit::client::http as http_client;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// Waits until the daemon has this tag.
async fn arrives(daemon: &Daemon, tag: &str) {
    let path = format!("/v2/mirrored/app/manifests/{tag}");
    while daemon.client().status(Method::HEAD, &path).await != 200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pushed_at_the_source_arrives_by_itself() {
    let Some(source) = Registry::start().await else { return };
    let sandbox = Sandbox::new();
    let mirror = format!(
        "version: 1\nmirrors:\n  - name: app\n    source: {}/app\n    targets: ['store:mirrored/app']\n    \
         schedule: '@every 1s'\n",
        source.host()
    );
    sandbox.write("portolan.yaml", &mirror);
    let image = zoo::one("oci-image");
    source.client().push("app", &image).await;
    let daemon = Daemon::start(&sandbox);
    arrives(&daemon, "oci-image").await;
    let index = zoo::one("oci-index");
    source.client().push("app", &index).await;
    arrives(&daemon, "oci-index").await;
    let metrics = http_client().get(format!("{}/metrics", daemon.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains(r#"portolan_mirror_runs_total{mirror="app",outcome="done"} "#), "{metrics}");

    // A daemon that was killed goes on.
    drop(daemon);
    let referrer = zoo::one("docker-image");
    source.client().push("app", &referrer).await;
    let daemon = Daemon::start(&sandbox);
    arrives(&daemon, "docker-image").await;
    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
}
