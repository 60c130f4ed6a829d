//! `portolan login` and `portolan logout`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;

use crate::sandbox::Sandbox;

const HELLO: &str = "oci:examples/quickstart/layout:hello";

/// A registry that robot may use, and a home that knows nothing of it.
async fn with_password() -> Option<(Registry, Sandbox)> {
    let registry = Registry::builder().htpasswd(&[("robot", "swordfish")]).start().await?;
    let mut sandbox = Sandbox::with_examples();
    sandbox.redact(registry.host(), "[HOST]");
    Some((registry, sandbox))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_tried_kept_used_and_forgotten() {
    let Some((registry, sandbox)) = with_password().await else { return };
    let host = registry.host();
    let copy = format!("copy {HELLO} {host}/demo/hello:1 --quiet");
    insta::assert_snapshot!("nobody", sandbox.run(&copy));

    let login = format!("login {host} --username robot --password-stdin");
    insta::assert_snapshot!("wrong_password", sandbox.run_with(&login, "wrong\n"));
    assert!(!sandbox.path(".docker/config.json").exists(), "credentials that were refused are not kept");

    insta::assert_snapshot!("login", sandbox.run_with(&login, "swordfish\n"));
    let file = sandbox.path(".docker/config.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().contains(host));
    sandbox.run(&copy).succeeded();

    insta::assert_snapshot!("logout", sandbox.run(&format!("logout {host}")));
    insta::assert_snapshot!("logout_again", sandbox.run(&format!("logout {host}")));
    sandbox.run(&format!("tags {host}/demo/hello")).failed(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_were_refused_are_traced_to_where_they_come_from() {
    let Some((registry, sandbox)) = with_password().await else { return };
    let host = registry.host();
    let tags = format!("tags {host}/demo/hello");
    let file = format!("{{\"auths\": {{\"{host}\": {{\"auth\": \"cm9ib3Q6bm9wZQ==\"}}}}}}");
    sandbox.write(".docker/config.json", &file);
    insta::assert_snapshot!("from_files", sandbox.run(&tags));
    let entry = format!("{{host: '{host}', username: robot, password: tr0ut}}");
    sandbox.write("portolan.yaml", &format!("version: 1\nregistries:\n  - {entry}\n"));
    let ran = sandbox.run(&tags);
    assert!(!ran.to_string().contains("tr0ut"), "{ran}");
    insta::assert_snapshot!("from_configuration", ran);
    // What is logged in to is tried with the new credentials, and the configuration still comes first.
    let login = format!("login {host} -u robot --password-stdin");
    insta::assert_snapshot!("configuration_comes_first", sandbox.run_with(&login, "swordfish"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_server_is_asked_too() {
    let tokens = TokenServer::builder().user("robot", "swordfish").without_anonymous().start().await;
    let Some(registry) = Registry::builder().token_auth(&tokens).start().await else { return };
    let sandbox = Sandbox::with_examples();
    let host = registry.host();
    let login = format!("login {host} --username robot --password-stdin");
    sandbox.run_with(&login, "wrong").failed(5);
    // Which token server was given credentials is remembered.
    assert!(sandbox.path(".local/share/portolan/catalog.sqlite").exists());
    sandbox.run_with(&login, "swordfish").succeeded();
    sandbox.run(&format!("copy {HELLO} {host}/demo/hello:1")).succeeded();
    assert_eq!(sandbox.run(&format!("tags {host}/demo/hello --quiet")).succeeded().lines().next(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_asks_nobody() {
    let Some(registry) = Registry::start().await else { return };
    let mut sandbox = Sandbox::new();
    sandbox.redact(registry.host(), "[HOST]");
    let login = format!("login {} -u robot --password-stdin", registry.host());
    insta::assert_snapshot!(sandbox.run_with(&login, "swordfish"));
}

#[test]
fn passwords_come_from_a_pipe_or_a_terminal_only() {
    let sandbox = Sandbox::new();
    for line in ["login r.example -u me -p swordfish", "login r.example -u me --password=swordfish"] {
        let told = sandbox.run(line).failed(2);
        assert!(!told.contains("swordfish"), "{told}");
        insta::assert_snapshot!("on_the_command_line", told);
    }
    insta::assert_snapshot!("no_terminal", sandbox.run("login r.example -u me"));
    insta::assert_snapshot!("no_user", sandbox.run_with("login r.example --password-stdin", "swordfish"));
    insta::assert_snapshot!("empty", sandbox.run_with("login r.example -u me --password-stdin", "\n"));
    insta::assert_snapshot!("no_host", sandbox.run("login Example"));
}
