//! Users, tokens, and who is let in.

use http::Method;
use portolan_testkit::client::http as http_client;
use serde_json::json;

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

const PASSWORD: &str = "correct horse";

fn guarded() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.write("portolan.yaml", "version: 1\naccess: {}\n");
    sandbox.set("USER", "root");
    sandbox
}

fn add(sandbox: &Sandbox, arguments: &str) -> String {
    sandbox.shell(&format!("printf '{PASSWORD}' | portolan user add {arguments} --password-stdin"))
}

async fn status(daemon: &Daemon, method: Method, path: &str, user: &str, password: &str) -> u16 {
    let request = http_client().request(method, format!("http://{}{path}", daemon.host()));
    request.basic_auth(user, Some(password)).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_tokens_are_let_in_as_far_as_they_are_granted() {
    let sandbox = guarded();
    assert_eq!(add(&sandbox, "anna --grant 'team/**=pull,push'"), "added anna\n");
    let created = sandbox.run("token create anna --only team/**=pull --note build --output json").json();
    let token = created["token"].as_str().unwrap();
    assert!(token.starts_with("ptl_") && created["user"] == "anna");
    let daemon = Daemon::start(&sandbox);
    let (base, push) = ("/v2/", "/v2/team/app/blobs/uploads/");
    assert_eq!(daemon.client().status(Method::GET, base).await, 401);
    assert_eq!(status(&daemon, Method::GET, base, "anna", PASSWORD).await, 200);
    assert_eq!(status(&daemon, Method::POST, push, "anna", PASSWORD).await, 202);
    assert_eq!(status(&daemon, Method::POST, "/v2/other/blobs/uploads/", "anna", PASSWORD).await, 403);
    assert_eq!(status(&daemon, Method::GET, base, "anna", token).await, 200);
    assert_eq!(status(&daemon, Method::POST, push, "anna", token).await, 403);
    let listed = sandbox.run("token list --output json").json();
    assert_eq!(
        (&listed["tokens"][0]["state"], &listed["tokens"][0]["note"]),
        (&json!("good"), &json!("build"))
    );
    assert!(!listed.to_string().contains(token));
    let name = created["name"].as_str().unwrap();
    sandbox.run(&format!("token revoke {name}")).succeeded();
    // The daemon hears of it.
    while status(&daemon, Method::GET, base, "anna", token).await != 401 {
        tokio::task::yield_now().await;
    }
    let listed = sandbox.run("token list --output json").json();
    assert_eq!(listed["tokens"][0]["state"], "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_nobody_can_log_in_to_says_so() {
    let sandbox = guarded();
    let said = async |daemon: Daemon| {
        assert_eq!(daemon.client().status(Method::GET, "/healthz").await, 200);
        daemon.signal("TERM");
        daemon.ended().1
    };
    let hint = "nobody can log in yet: add a user with `portolan user add NAME`";
    let first = said(Daemon::start(&sandbox)).await;
    assert!(first.contains(hint), "{first}");
    add(&sandbox, "anna");
    let second = said(Daemon::start(&sandbox)).await;
    assert!(!second.contains(hint), "{second}");
}

#[test]
fn users_are_listed_and_changed_and_the_log_has_it_all() {
    let sandbox = guarded();
    assert_eq!(sandbox.run("user list").succeeded(), "");
    add(&sandbox, "anna --grant 'team/**=pull,push' --grant 'base/*=pull'");
    assert_eq!(add(&sandbox, "root --admin"), "added root\n");
    sandbox.run("user add build --no-password").succeeded();
    sandbox.run("user grant build **=pull").succeeded();
    sandbox.run("user revoke anna base/*").succeeded();
    sandbox.run("user disable anna").succeeded();
    insta::assert_snapshot!(sandbox.run("user list"));
    let users = sandbox.run("user list --output json").json();
    let anna = &users["users"][0];
    assert_eq!(anna["grants"], json!([{"repositories": "team/**", "actions": ["pull", "push"]}]));
    assert!(anna["password"] == true && anna["disabled_at"].is_string());
    assert!(users["users"][1]["password"] == false);
    sandbox.run("user enable anna").succeeded();
    sandbox.run("user role build admin").succeeded();
    sandbox.shell(&format!("printf '{PASSWORD}' | portolan user password build --password-stdin"));
    sandbox.run("user password build --none").succeeded();
    sandbox.run("user delete anna --yes").succeeded();
    let audit = sandbox.run("audit --output json").json();
    let entries: Vec<String> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|entry| {
            assert_eq!(entry["actor"], "root (command line)");
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            format!("{} {} {}", text("action"), text("object"), text("detail"))
        })
        .collect();
    insta::assert_snapshot!(entries.join("\n"));
}

#[test]
fn what_cannot_be_done_to_users_and_tokens() {
    let sandbox = guarded();
    add(&sandbox, "anna");
    insta::assert_snapshot!(add(&sandbox, "anna"));
    insta::assert_snapshot!(sandbox.shell("printf short | portolan user add ben --password-stdin"));
    insta::assert_snapshot!(sandbox.shell("printf this-is-a-token | portolan user add ben --password-stdin"));
    insta::assert_snapshot!(sandbox.run("user add ben --password secret"));
    insta::assert_snapshot!(sandbox.run("user add a:b --no-password"));
    insta::assert_snapshot!(sandbox.run("user add ben --no-password --grant team/**"));
    insta::assert_snapshot!(sandbox.run("user add ben --no-password --grant team/[=pull"));
    insta::assert_snapshot!(sandbox.run("user grant anna team/**=read"));
    insta::assert_snapshot!(sandbox.run("user grant ben team/**=pull"));
    insta::assert_snapshot!(sandbox.run("user delete anna"));
    insta::assert_snapshot!(sandbox.run("user role anna king"));
    insta::assert_snapshot!(sandbox.run("token create ben"));
    insta::assert_snapshot!(sandbox.run("token revoke 0011223344"));
    insta::assert_snapshot!(sandbox.run("token revoke ptl_0011223344"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pushed_what_is_in_the_log() {
    let sandbox = guarded();
    add(&sandbox, "anna --grant '**=pull,push,delete'");
    let daemon = Daemon::start(&sandbox);
    let base = format!("http://{}/v2/team/app", daemon.host());
    let ask = |method, path: &str| {
        http_client().request(method, format!("{base}/{path}")).basic_auth("anna", Some(PASSWORD))
    };
    let config = portolan_testkit::digest::sha256(b"{}");
    let blob = ask(Method::POST, &format!("blobs/uploads/?digest={config}"));
    let blob = blob.header("content-type", "application/octet-stream").body("{}").send().await.unwrap();
    assert_eq!(blob.status(), 201);
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": config},
        "layers": [],
    });
    let put = ask(Method::PUT, "manifests/v1").header("content-type", media_type).body(manifest.to_string());
    assert_eq!(put.send().await.unwrap().status(), 201);
    assert_eq!(ask(Method::DELETE, "manifests/v1").send().await.unwrap().status(), 202);
    let audit = sandbox.run("audit --output json").json();
    let entries: Vec<_> = audit["entries"].as_array().unwrap().iter().collect();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry["action"].as_str().unwrap(), entry["object"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("tag.delete (delete)", "team/app:v1"),
            ("tag.set (push)", "team/app:v1"),
            ("manifest.put (push)", "team/app"),
            ("repository.appear (push)", "team/app"),
            ("user.add", "anna"),
        ]
    );
    assert!(entries.iter().take(4).all(|entry| entry["actor"] == "anna"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_stands_in_the_log_without_its_password() {
    let sandbox = guarded();
    add(&sandbox, "anna");
    let daemon = Daemon::start(&sandbox);
    assert_eq!(status(&daemon, Method::GET, "/v2/", "anna", "wrong horse").await, 401);
    daemon.signal("TERM");
    let (_, said) = daemon.ended();
    let line =
        said.lines().find(|line| line.contains("a login was refused")).unwrap_or_else(|| panic!("{said}"));
    assert!(line.contains("anna") && line.contains("127.0.0.1:") && !said.contains("wrong horse"), "{said}");
}
