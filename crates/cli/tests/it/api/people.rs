//! Users and tokens through the API, and who may do what there.

use http::Method;
use serde_json::{Value, json};

use super::client::Api;
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

const PASSWORD: &str = "correct horse";

fn guarded() -> (Sandbox, Daemon) {
    let sandbox = Sandbox::new();
    sandbox.write(
        "portolan.yaml",
        "version: 1\naccess: {anonymous: [{repositories: ['public/**'], actions: [pull]}]}\n",
    );
    sandbox.run_with("user add root --admin --password-stdin", PASSWORD).succeeded();
    let daemon = Daemon::start(&sandbox);
    (sandbox, daemon)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_does_everything_a_member_looks_and_a_stranger_is_asked_for_a_login() {
    let (_sandbox, daemon) = guarded();
    let root = Api::with(&daemon, "root", PASSWORD);
    let grants = json!([{ "repositories": "team/**", "actions": ["pull"] }]);
    let new = json!({ "name": "anna", "password": PASSWORD, "grants": grants });
    let anna = root.post("/users", &new).await.is(201);
    assert_eq!(
        (&anna["role"], &anna["grants"], &anna["password"]),
        (&json!("member"), &grants, &json!(true))
    );
    assert!(!anna.to_string().contains("argon2"), "{anna}");
    root.post("/users", &new).await.is(409);

    let stranger = Api::of(&daemon).get("/mirrors").await;
    assert!(stranger.header("www-authenticate").starts_with("Basic "), "{stranger:?}");
    stranger.is(401);
    Api::with(&daemon, "root", "wrong").get("/mirrors").await.is(401);
    let anna = Api::with(&daemon, "anna", PASSWORD);
    for path in ["/mirrors", "/runs", "/repositories", "/health"] {
        anna.get(path).await.is(200);
        Api::of(&daemon).get(path).await.is(401);
    }
    for path in ["/users", "/tokens", "/audit", "/changes", "/users/root"] {
        anna.get(path).await.is(403);
    }
    let settings = json!({ "source": "r.example/a", "targets": ["store:a"] });
    anna.put("/mirrors/a/settings", &settings).await.is(403);
    anna.post("/users", &new).await.is(403);
    root.put("/mirrors/a/settings", &settings).await.is(201);
    anna.post("/mirrors/a/runs", &Value::Null).await.is(403);
    anna.delete("/mirrors/a/settings").await.is(403);

    // A browser that knows the login sends it along with what a page of another site wants.
    let pause =
        async |origin: &str| root.ask(Method::POST, "/mirrors/a/pause", &[("origin", origin)], None).await;
    pause("https://evil.example").await.is(403);
    assert!(root.get("/mirrors/a").await.is(200)["paused_at"].is_null());
    pause(daemon.url()).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_narrowed_manages_nothing() {
    let (_sandbox, daemon) = guarded();
    let root = Api::with(&daemon, "root", PASSWORD);
    let make = async |new: Value| root.post("/users/root/tokens", &new).await.is(201);
    let whole = make(json!({ "note": "deploy" })).await;
    let narrow = make(json!({ "only": [{ "repositories": "**", "actions": ["pull", "push"] }] })).await;
    let with = |token: &Value| Api::with(&daemon, "root", token["token"].as_str().unwrap());
    with(&whole).get("/users").await.is(200);
    with(&narrow).get("/users").await.is(403);
    with(&narrow).get("/mirrors").await.is(200);
    let listed = root.get("/tokens").await.is(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(whole["token"].as_str().unwrap()));
    let name = whole["name"].as_str().unwrap();
    root.delete(&format!("/tokens/{name}")).await.is(204);
    root.delete(&format!("/tokens/{name}")).await.is(204);
    root.delete("/tokens/0123456789").await.is(404);
    root.delete("/tokens/none").await.is(404);
    let gone = with(&whole);
    while gone.get("/users").await.status != 401 {
        tokio::task::yield_now().await;
    }
    root.post("/users/nobody/tokens", &json!({})).await.is(404);
    root.post("/users/root/tokens", &json!({ "note": "x".repeat(256) })).await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_changed_and_the_log_says_by_whom() {
    let (_sandbox, daemon) = guarded();
    let root = Api::with(&daemon, "root", PASSWORD);
    let of = |pattern: &str| json!({ "repositories": pattern, "actions": ["pull", "push"] });
    root.post("/users", &json!({ "name": "bert", "grants": [of("a/**"), of("b/**")] })).await.is(201);
    let patch = async |change: Value| root.ask(Method::PATCH, "/users/bert", &[], Some(&change)).await;
    let bert = patch(json!({ "grants": [of("b/**"), of("c/**")], "disabled": true })).await.is(200);
    assert_eq!(bert["grants"], json!([of("b/**"), of("c/**")]));
    assert!(bert["disabled_at"].is_string());
    let bert = patch(json!({ "role": "admin", "password": PASSWORD, "disabled": false })).await.is(200);
    assert_eq!((&bert["role"], &bert["disabled_at"]), (&json!("admin"), &Value::Null));
    Api::with(&daemon, "bert", PASSWORD).get("/users").await.is(200);
    patch(json!({ "password": "short" })).await.is(422);
    patch(json!({ "rôle": "admin" })).await.is(422);
    patch(json!({ "grants": [{ "repositories": "a", "actions": [] }] })).await.is(422);
    root.delete("/users/bert").await.is(204);
    root.get("/users/bert").await.is(404);
    root.delete("/users/bert").await.is(404);

    let page = root.get("/audit?limit=2").await.is(200);
    let next = page["next"].as_str().unwrap();
    let rest = root.get(&format!("/audit?after={next}")).await.is(200);
    let all = page["items"].as_array().unwrap().iter().chain(rest["items"].as_array().unwrap());
    let log: Vec<_> = all
        .filter(|entry| entry["object"] == "bert")
        .map(|entry| (entry["actor"].as_str().unwrap(), entry["action"].as_str().unwrap()))
        .collect();
    let actions = [
        "user.delete",
        "user.enable",
        "user.role",
        "user.password",
        "user.disable",
        "user.grant",
        "user.revoke",
        "user.add",
    ];
    assert_eq!(log.iter().map(|(_, action)| *action).collect::<Vec<_>>(), actions);
    assert!(log.iter().all(|(actor, _)| *actor == "root"), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_with_its_key_is_done_once() {
    let (sandbox, daemon) = guarded();
    let root = Api::with(&daemon, "root", PASSWORD);
    let key = ("idempotency-key", "4b0d4f3e");
    let post = async |path: &str, headers: &[(&str, &str)], body: &Value| {
        root.ask(Method::POST, path, headers, Some(body)).await
    };
    let new = json!({ "note": "ci" });
    let first = post("/users/root/tokens", &[key], &new).await;
    assert_eq!(first.header("idempotency-replayed"), "");
    let first = first.is(201);
    let again = post("/users/root/tokens", &[key], &new).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(again.is(201), first);
    let tokens = async || root.get("/tokens").await.is(200)["items"].as_array().unwrap().len();
    assert_eq!(tokens().await, 1);
    post("/users/root/tokens", &[key], &json!({ "note": "other" })).await.is(422);
    post("/users/root/tokens", &[("idempotency-key", "")], &new).await.is(400);
    post("/users/root/tokens", &[key, ("idempotency-key", "two")], &new).await.is(400);

    // Another caller has other keys; what is refused is not kept.
    let bearer = Api::with(&daemon, "root", first["token"].as_str().unwrap());
    let other = bearer.ask(Method::POST, "/users/root/tokens", &[key], Some(&new)).await.is(201);
    assert_ne!(other, first);
    let user = json!({ "name": "anna", "password": "short" });
    post("/users", &[("idempotency-key", "anna")], &user).await.is(422);
    let user = json!({ "name": "anna", "password": PASSWORD });
    post("/users", &[("idempotency-key", "anna")], &user).await.is(201);

    // A daemon that starts anew knows it still, and its database has no token.
    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
    let daemon = Daemon::start(&sandbox);
    let root = Api::with(&daemon, "root", PASSWORD);
    assert_eq!(root.ask(Method::POST, "/users/root/tokens", &[key], Some(&new)).await.is(201), first);
    let secret = first["token"].as_str().unwrap();
    for file in std::fs::read_dir(sandbox.path(".local/share/portolan")).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{}", file.display());
        }
    }
}
