//! What is told when something is wrong: one error, its cause, a hint, the right exit code, and no secret.

use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Rule};
use portolan_testkit::registry::Registry;

use crate::sandbox::Sandbox;

const HELLO: &str = "oci:examples/quickstart/layout:hello";

fn with(registry: &Registry) -> Sandbox {
    let mut sandbox = Sandbox::with_examples();
    sandbox.redact(registry.host(), "[HOST]");
    sandbox
}

#[test]
fn a_host_that_does_not_exist() {
    let ran = Sandbox::with_examples().run(&format!("copy {HELLO} nowhere.invalid/hello:1 --quiet"));
    // What the resolver says is the system's.
    let (told, _) = ran.stderr.split_once("  caused by: ").unwrap();
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("caused by: host nowhere.invalid is unknown\n"), "{ran}");
    assert_eq!(told, "error: cannot write to nowhere.invalid/hello\n");
    assert!(
        ran.stderr.ends_with(
            "hint: check the spelling of nowhere.invalid, and that this machine can resolve names\n"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_answer() {
    let Some(mut registry) = Registry::start().await else { return };
    let sandbox = with(&registry);
    registry.stop();
    let ran = sandbox.run(&format!("tags {}/demo/hello", registry.host()));
    insta::assert_snapshot!(ran);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_trusted_until_it_is() {
    let Some(registry) = Registry::builder().tls().start().await else { return };
    let sandbox = with(&registry);
    let copy = format!("copy {HELLO} {}/demo/hello:1 --quiet", registry.host());
    insta::assert_snapshot!(sandbox.run(&copy));
    let entry = format!("{{host: '{}', tls: {{ca: {}}}}}", registry.host(), registry.ca_file().display());
    sandbox.write("portolan.yaml", &format!("version: 1\nregistries:\n  - {entry}\n"));
    sandbox.run(&copy).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_without_room() {
    let Some(registry) = Registry::start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let mut sandbox = with(&registry);
    sandbox.redact(proxy.host(), "[PROXY]");
    proxy.fault(Rule::new(Asked::sends_blob, Action::Answer(Answer::status(507))).always());
    let ran = sandbox.run(&format!("copy {HELLO} {}/demo/hello:1 --parallel 1 --quiet", proxy.host()));
    insta::with_settings!({filters => vec![("sha256:[0-9a-f]{64}", "[DIGEST]")]}, {
        insta::assert_snapshot!(ran);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_wants_patience_of_hours() {
    let Some(registry) = Registry::start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let mut sandbox = with(&registry);
    sandbox.redact(proxy.host(), "[PROXY]");
    let patience = Answer::error(429, "TOOMANYREQUESTS").header("retry-after", "7200");
    proxy.fault(Rule::new(|_| true, Action::Answer(patience)).always());
    insta::assert_snapshot!(sandbox.run(&format!("inspect {}/demo/hello:1", proxy.host())));
}

#[test]
fn a_database_that_cannot_be_opened() {
    let sandbox = Sandbox::with_examples();
    sandbox.write("occupied", "a file");
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} oci:out --data occupied")));
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    use std::process::Stdio;
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &[][..]));
}
