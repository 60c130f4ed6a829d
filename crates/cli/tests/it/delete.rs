//! `portolan delete`.

use portolan_testkit::registry::Registry;

use crate::sandbox::Sandbox;

const HELLO: &str = "oci:examples/quickstart/layout:hello";

fn with_layout() -> Sandbox {
    let sandbox = Sandbox::with_examples();
    for tag in ["1", "2"] {
        sandbox.run(&format!("copy {HELLO} oci:out:{tag} --no-referrers")).succeeded();
    }
    sandbox
}

#[test]
fn a_tag_goes_alone() {
    let sandbox = with_layout();
    insta::assert_snapshot!(sandbox.run("delete --yes oci:out:1"));
    assert_eq!(sandbox.run("tags oci:out").succeeded(), "2\n");
    insta::assert_snapshot!(sandbox.run("delete --yes oci:out:1"));
}

#[test]
fn a_manifest_goes_with_its_tags() {
    let sandbox = with_layout();
    let digest = sandbox.run("inspect oci:out:1 --output json").json()["digest"].clone();
    let digest = digest.as_str().unwrap();
    insta::assert_snapshot!(sandbox.run(&format!("delete -y oci:out@{digest} --output json")));
    assert_eq!(sandbox.run("tags oci:out").succeeded(), "");
}

#[test]
fn what_is_not_meant_for_sure_is_refused() {
    let sandbox = with_layout();
    insta::assert_snapshot!("no_terminal", sandbox.run("delete oci:out:1"));
    insta::assert_snapshot!("no_name", sandbox.run("delete --yes oci:out"));
    sandbox.run("copy oci:out:1 oci-archive:out.tar").succeeded();
    insta::assert_snapshot!("archive", sandbox.run("delete --yes oci-archive:out.tar:1"));
    // One that is not there: nothing is deleted at all.
    insta::assert_snapshot!("absent", sandbox.run("delete --yes oci:out:1 oci:out:3"));
    assert_eq!(sandbox.run("tags oci:out").succeeded(), "1\n2\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_deletes_by_digest_only() {
    let Some(registry) = Registry::start().await else { return };
    let mut sandbox = Sandbox::with_examples();
    sandbox.redact(registry.host(), "[HOST]");
    let there = format!("{}/demo/hello", registry.host());
    for tag in ["1", "1.0", "2"] {
        sandbox.run(&format!("copy {HELLO} {there}:{tag} --no-referrers")).succeeded();
    }
    sandbox.run(&format!("copy {HELLO} {there}:arm --platform linux/arm64 --no-referrers")).succeeded();
    insta::assert_snapshot!("by_tag", sandbox.run(&format!("delete --yes {there}:1.0")));
    let digest = sandbox.run(&format!("inspect {there}:1 --output json")).json()["digest"].clone();
    let line = format!("delete --yes {there}@{}", digest.as_str().unwrap());
    insta::assert_snapshot!("by_digest", sandbox.run(&line));
    assert_eq!(sandbox.run(&format!("tags {there}")).succeeded(), "arm\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_deletes_nothing() {
    let Some(registry) = Registry::builder().without_delete().start().await else { return };
    let mut sandbox = Sandbox::with_examples();
    sandbox.redact(registry.host(), "[HOST]");
    let there = format!("{}/demo/hello", registry.host());
    sandbox.run(&format!("copy {HELLO} {there}:1")).succeeded();
    let digest = sandbox.run(&format!("inspect {there}:1 --output json")).json()["digest"].clone();
    insta::assert_snapshot!(sandbox.run(&format!("delete -y {there}@{}", digest.as_str().unwrap())));
}
