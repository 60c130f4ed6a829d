//! The daemon as a process.

use http::Method;
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

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("portolan.yaml", "version: 1\nlisten: 0.0.0.0:5000\n");
    insta::assert_snapshot!(sandbox.run("serve"));
}
