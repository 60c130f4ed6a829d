//! Commands against a registry.

use portolan_testkit::proxy::{Proxy, Record};
use portolan_testkit::registry::Registry;

use crate::sandbox::Sandbox;

const HELLO: &str = "oci:examples/quickstart/layout:hello";

async fn registry() -> Option<(Registry, Sandbox)> {
    let registry = Registry::start().await?;
    let mut sandbox = Sandbox::with_examples();
    sandbox.redact(registry.host(), "[HOST]");
    Some((registry, sandbox))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_goes_there_is_looked_at_and_comes_back() {
    let Some((registry, sandbox)) = registry().await else { return };
    let there = format!("{}/demo/hello", registry.host());
    insta::assert_snapshot!("copied", sandbox.run(&format!("copy {HELLO} {there}:1.0")));
    insta::assert_snapshot!("unchanged", sandbox.run(&format!("copy {HELLO} docker://{there}:1.0")));
    insta::assert_snapshot!(
        "mounted",
        sandbox.run(&format!("copy {there}:1.0 {}/other:1.0", registry.host()))
    );
    insta::assert_snapshot!("tags", sandbox.run(&format!("tags {there}")));
    insta::assert_snapshot!("tags_json", sandbox.run(&format!("tags {there} --output json")));
    insta::assert_snapshot!("inspected", sandbox.run(&format!("inspect {there}:1.0")));
    insta::assert_snapshot!("same", sandbox.run(&format!("diff {HELLO} {there}:1.0")));
    sandbox.run(&format!("copy {there}:1.0 oci:back:hello")).succeeded();
    assert_eq!(registry.client().check_image("demo/hello", "1.0").await, Ok(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named_with_what_is() {
    let Some((registry, sandbox)) = registry().await else { return };
    let there = format!("{}/demo/hello", registry.host());
    sandbox.run(&format!("copy {HELLO} {there}:1.0.0")).succeeded();
    insta::assert_snapshot!("tag", sandbox.run(&format!("inspect {there}:1.0")));
    insta::assert_snapshot!("repository", sandbox.run(&format!("tags {}/demo/hallo", registry.host())));
    insta::assert_snapshot!("tags_of_an_image", sandbox.run(&format!("tags {there}:1.0")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_catalogue_makes_none() {
    let Some((registry, sandbox)) = registry().await else { return };
    let there = format!("{}/demo/hello", registry.host());
    sandbox.run(&format!("copy {HELLO} {there}:1 --data elsewhere")).succeeded();
    assert!(sandbox.path("elsewhere").is_dir());
    for line in ["tags {}", "inspect {}:1", "diff {}:1 {}:1", "config check", "config show"] {
        sandbox.run(&line.replace("{}", &there)).succeeded();
    }
    assert!(!sandbox.path(".local").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_targets_are_fed_from_one_reading() {
    let Some((registry, sandbox)) = registry().await else { return };
    sandbox.run(&format!("copy {HELLO} {}/from:1", registry.host())).succeeded();
    let proxy = Proxy::before(&registry).await;
    let (from, host) = (format!("{}/from:1", proxy.host()), registry.host().to_owned());
    let line = format!("copy {from} oci:one oci:two:other {host}/three --output json --quiet");
    let totals = sandbox.run(&line).json()["totals"].clone();
    assert_eq!((&totals["images"], &totals["copied"]), (&3.into(), &3.into()), "{totals}");
    let mut read: Vec<_> = proxy.records().iter().map(Record::line).collect();
    read.retain(|line| line.starts_with("GET") && line.contains("/blobs/"));
    let asked = read.len();
    read.sort();
    read.dedup();
    assert_eq!(read.len(), asked, "a blob was read twice");
}
