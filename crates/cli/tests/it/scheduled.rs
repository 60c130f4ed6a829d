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

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_what_fails_and_why_to_who_is_known() {
    let Some(source) = Registry::start().await else { return };
    let sandbox = Sandbox::new();
    let mirror = format!(
        "version: 1\naccess: {{}}\nmirrors:\n  - name: app\n    images: ['{}/gone:1']\n    targets: ['store:{{name}}']\n    \
         every: 1h\n",
        source.host()
    );
    sandbox.write("portolan.yaml", &mirror);
    sandbox.run_with("user add anna --admin --password-stdin", "well kept\n").succeeded();
    let daemon = Daemon::start(&sandbox);
    let get = async |user: Option<&str>| {
        let request = http_client().get(daemon.url());
        let request = match user {
            Some(user) => request.basic_auth(user, Some("well kept")),
            None => request,
        };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(get(None).await.0, 401);
    let text = loop {
        let (status, text) = get(Some("anna")).await;
        assert_eq!(status, 200, "{text}");
        if text.contains("What fails of app") {
            break text;
        }
    };
    assert!(text.contains(&format!("{}/gone:1", source.host())), "{text}");
    assert!(text.contains("was not found"), "{text}");
}
