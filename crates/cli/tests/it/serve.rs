//! The daemon as a process.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use http::Method;
use portolan_testkit::client::http as http_client;
use portolan_testkit::tls::Authority;
use portolan_testkit::zoo;

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_in_order_and_what_was_pushed_is_there_again() {
    let sandbox = Sandbox::new();
    let exhibit = zoo::one("oci-image");
    let daemon = Daemon::start(&sandbox);
    daemon.client().push("base/app", &exhibit).await;
    assert_eq!(daemon.client().status(Method::GET, "/healthz").await, 200);
    assert_eq!(daemon.client().status(Method::GET, "/readyz").await, 200);
    daemon.signal("TERM");
    let (code, said) = daemon.ended();
    assert_eq!((code, said.as_str()), (Some(0), "interrupted: ending in order; once more ends at once\n"));
    let daemon = Daemon::start(&sandbox);
    let path = format!("/v2/base/app/manifests/{}", exhibit.root.digest);
    assert_eq!(daemon.client().status(Method::HEAD, &path).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_see_the_store_while_the_daemon_runs() {
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    daemon.client().push("base/app", &zoo::one("oci-image")).await;
    let tags = sandbox.run("tags store:base/app").succeeded();
    assert!(tags.lines().any(|tag| tag == "oci-image"), "{tags}");
    sandbox.run("copy store:base/app:oci-image store:copied/app:1").succeeded();
    let path = "/v2/copied/app/manifests/1";
    assert_eq!(daemon.client().status(Method::HEAD, path).await, 200);
    sandbox.run("delete store:copied/app:1 --yes").succeeded();
    assert_eq!(daemon.client().status(Method::HEAD, path).await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_brings_images_into_the_store() {
    let sandbox = Sandbox::with_examples();
    let mirror = "version: 1\nmirrors:\n  - name: hello\n    source: oci:examples/quickstart/layout\n    \
                  targets: ['store:demo/{tag}']\n";
    sandbox.write("portolan.yaml", mirror);
    let daemon = Daemon::start(&sandbox);
    let planned = sandbox.run("plan").succeeded();
    assert!(planned.contains("-> store:demo/hello:hello"), "{planned}");
    sandbox.run("sync").succeeded();
    assert_eq!(daemon.client().status(Method::HEAD, "/v2/demo/hello/manifests/hello").await, 200);
    let again = sandbox.run("sync --output json").json();
    assert_eq!((&again["totals"]["skipped"], &again["totals"]["blobs"]), (&1.into(), &0.into()), "{again}");
}

/// What a registry shows of an exhibit: its manifest by tag, and what refers to it.
async fn shown(daemon: &Daemon, path: &str, tag: &str, digest: &str) -> (Vec<u8>, Vec<u8>) {
    let client = daemon.client();
    let got = async |rest: String| {
        let url = format!("{}/v2/{path}/{rest}", client.url());
        http_client().get(url).send().await.unwrap().bytes().await.unwrap().to_vec()
    };
    (got(format!("manifests/{tag}")).await, got(format!("referrers/{digest}")).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_is_made_again() {
    let sandbox = Sandbox::new();
    let exhibits = [zoo::one("oci-index"), zoo::one("referrers"), zoo::one("sha512")];
    let daemon = Daemon::start(&sandbox);
    let mut before = Vec::new();
    for exhibit in &exhibits {
        daemon.client().push(exhibit.name, exhibit).await;
        before.push(shown(&daemon, exhibit.name, exhibit.name, &exhibit.root.digest).await);
    }
    // What is deleted stays deleted.
    daemon.client().push("gone", &zoo::one("docker-image")).await;
    sandbox.run("delete store:gone:docker-image --yes").succeeded();
    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
    for file in fs::read_dir(sandbox.path(".local/share/portolan")).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            fs::remove_file(path).unwrap();
        }
    }
    // A catalogue that knows nothing of the files must not have them collected.
    for command in ["serve", "store gc --now", "tags store:oci-index"] {
        let refused = sandbox.run(command).failed(1);
        assert!(refused.contains("portolan store rebuild"), "{command}: {refused}");
    }
    let told = sandbox.run("store rebuild").succeeded();
    assert!(told.starts_with("4 repositories with"), "{told}");
    let verified = sandbox.run("store verify --output json").json();
    assert_eq!(verified["damaged"], serde_json::json!([]));
    let daemon = Daemon::start(&sandbox);
    for (exhibit, before) in exhibits.iter().zip(before) {
        assert!(shown(&daemon, exhibit.name, exhibit.name, &exhibit.root.digest).await == before);
        for (manifest, blobs) in exhibit.root.bottom_up() {
            let path = format!("/v2/{}/manifests/{}", exhibit.name, manifest.digest);
            assert_eq!(daemon.client().status(Method::HEAD, &path).await, 200);
            for blob in blobs {
                let path = format!("/v2/{}/blobs/{}", exhibit.name, blob.digest);
                assert_eq!(daemon.client().status(Method::HEAD, &path).await, 200);
            }
        }
    }
    assert_eq!(daemon.client().status(Method::HEAD, "/v2/gone/manifests/docker-image").await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_blob_is_named_with_what_it_breaks_and_put_right_by_a_push() {
    let sandbox = Sandbox::new();
    let exhibit = zoo::one("oci-image");
    let daemon = Daemon::start(&sandbox);
    daemon.client().push("base/app", &exhibit).await;
    let blob = &exhibit.root.blobs.last().unwrap().digest;
    let file = format!(".local/share/portolan/store/blobs/{}", blob.replace(':', "/"));
    fs::write(sandbox.path(&file), "something else").unwrap();
    let ran = sandbox.run("store verify");
    let told = ran.stdout.clone();
    ran.failed(1);
    assert!(told.contains(blob.as_str()) && told.contains("breaks base/app:oci-image"), "{told}");
    let path = format!("/v2/base/app/blobs/{blob}");
    assert_eq!(daemon.client().status(Method::HEAD, &path).await, 404);
    daemon.client().push("base/app", &exhibit).await;
    assert_eq!(daemon.client().status(Method::HEAD, &path).await, 200);
    sandbox.run("store verify").succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_collected() {
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    daemon.client().push("base/app", &zoo::one("oci-image")).await;
    sandbox.run("delete store:base/app:oci-image --yes").succeeded();
    let collected = sandbox.run("store gc --now --output json").json();
    assert_eq!(collected["blobs"], 0, "a manifest without a tag is kept: {collected}");
    let digest = zoo::one("oci-image").root.digest;
    sandbox.run(&format!("delete store:base/app@{digest} --yes")).succeeded();
    let collected = sandbox.run("store gc --now --output json").json();
    assert!(collected["blobs"].as_u64() > Some(1), "{collected}");
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("portolan.yaml", "version: 1\nlisten: 0.0.0.0:5000\n");
    insta::assert_snapshot!(sandbox.run("serve"));
}

#[test]
fn with_a_certificate_it_speaks_tls() {
    let mut sandbox = Sandbox::with_examples();
    let authority = Authority::new("ours");
    let identity = authority.server();
    sandbox.write("ca.pem", &authority.pem());
    sandbox.write("tls.crt", &identity.certificate);
    sandbox.write("tls.key", &identity.key);
    // Else it is warned of.
    let ours = fs::Permissions::from_mode(0o600);
    fs::set_permissions(sandbox.path("tls.key"), ours).unwrap();
    sandbox.set("PORTOLAN__TLS__CERT", "tls.crt");
    sandbox.set("PORTOLAN__TLS__KEY", "tls.key");
    let daemon = Daemon::start(&sandbox);
    assert!(daemon.url().starts_with("https://127.0.0.1:"), "{}", daemon.url());
    let there = format!("{}/demo/hello:1", daemon.host());
    let copy = format!("copy oci:examples/quickstart/layout:hello {there}");
    let refused = sandbox.run(&copy).failed(1);
    assert!(refused.contains("UnknownIssuer"), "{refused}");
    let settings = format!("version: 1\nregistries: [{{host: '{}', tls: {{ca: ca.pem}}}}]\n", daemon.host());
    sandbox.write("portolan.yaml", &settings);
    sandbox.run(&copy).succeeded();
    assert_eq!(
        sandbox.run(&format!("tags {}/demo/hello", daemon.host())).succeeded().lines().next(),
        Some("1")
    );
}

#[test]
fn a_certificate_that_cannot_be_shown() {
    let sandbox = Sandbox::new();
    let authority = Authority::new("ours");
    let (one, other) = (authority.server(), authority.server());
    sandbox.write("portolan.yaml", "version: 1\ntls: {cert: tls.crt, key: tls.key}\n");
    // It may be for another machine.
    sandbox.run("config check").succeeded();
    insta::assert_snapshot!("tls_missing", sandbox.run("serve"));
    sandbox.write("tls.crt", "");
    insta::assert_snapshot!("tls_empty", sandbox.run("serve"));
    sandbox.write("tls.crt", &one.certificate);
    sandbox.write("tls.key", &other.key);
    insta::assert_snapshot!("tls_mismatch", sandbox.run("serve"));
}
