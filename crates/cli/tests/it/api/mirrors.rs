//! Mirrors that are made, asked for and paused through the API.

use http::Method;
use portolan_testkit::client::http as http_client;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;
use serde_json::{Value, json};

use super::client::Api;
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

async fn source() -> Option<Registry> {
    let source = Registry::start().await?;
    source.client().push("app", &zoo::one("oci-image")).await;
    Some(source)
}

fn settings(source: &Registry) -> Value {
    json!({ "source": format!("{}/app", source.host()), "targets": ["store:made/app"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_is_made_is_run_and_is_there_after_a_restart() {
    let Some(source) = source().await else { return };
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let made = api.put("/mirrors/made/settings", &settings(&source)).await;
    assert!(!made.header("etag").is_empty());
    assert_eq!(made.is(201)["name"], "made");
    let asked = api.post("/mirrors/made/runs", &Value::Null).await.is(202);
    let run = api.until("/runs", |runs| runs["items"][0]["outcome"] == "done").await;
    assert_eq!(
        (&run["items"][0]["mirror"], &run["items"][0]["totals"]["copied"]),
        (&json!("made"), &json!(2))
    );
    if let Some(id) = asked["run"].as_i64() {
        assert_eq!(run["items"][0]["id"], id);
    }
    assert_eq!(daemon.client().tags("made/app").await, zoo::one("oci-image").tags);

    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let mirror = api.get("/mirrors/made").await.is(200);
    assert_eq!((&mirror["origin"], &mirror["last_run"]["outcome"]), (&json!("api"), &json!("done")));
    assert!(mirror.get("asked_at").is_none(), "what was asked is settled: {mirror}");

    api.delete("/mirrors/made/settings").await.is(204);
    api.get("/mirrors/made").await.is(404);
    api.delete("/mirrors/made/settings").await.is(404);
    let log = api.get("/audit").await.is(200);
    let log = log["items"].as_array().unwrap().iter();
    let log: Vec<_> = log.map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(log, ["mirror.delete", "mirror.run", "mirror.put"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_is_what_the_asker_has_seen() {
    let Some(source) = source().await else { return };
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let path = "/mirrors/made/settings";
    let put = async |header: (&str, &str), jitter: &str| {
        let mut settings = settings(&source);
        settings["jitter"] = jitter.into();
        api.ask(Method::PUT, path, &[header], Some(&settings)).await
    };
    let first = put(("if-none-match", "*"), "1m").await;
    let tag = first.header("etag").to_owned();
    first.is(201);
    put(("if-none-match", "*"), "2m").await.is(412);
    put(("if-match", "\"1\""), "2m").await.is(412);
    let second = put(("if-match", &tag), "2m").await;
    assert_ne!(second.header("etag"), tag);
    let new = second.header("etag").to_owned();
    second.is(200);
    let read = api.get(path).await;
    assert_eq!((read.header("etag"), &read.body["jitter"]), (new.as_str(), &json!("2m")));
    let unchanged = api.ask(Method::GET, path, &[("if-none-match", &new)], None).await;
    assert_eq!((unchanged.status, unchanged.body), (304, Value::Null));
    api.ask(Method::DELETE, path, &[("if-match", &tag)], None).await.is(412);
    api.ask(Method::DELETE, path, &[("if-match", &new)], None).await.is(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_win_and_what_is_of_this_machine_is_for_files_only() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "portolan.yaml",
        "version: 1\nmirrors: [{name: filed, source: 'oci:here', targets: ['store:there']}]\n",
    );
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let good = json!({ "source": "r.example/app", "targets": ["store:app"] });
    api.put("/mirrors/filed/settings", &good).await.is(409);
    api.delete("/mirrors/filed/settings").await.is(409);
    assert_eq!(api.get("/mirrors/filed").await.is(200)["origin"], "file");
    let refused = [
        (json!({ "source": "oci:/etc", "targets": ["store:app"] }), "`oci:/etc` is of this machine"),
        (json!({ "source": "r.example/app", "targets": ["oci-archive:/tmp/x"] }), "oci-archive:/tmp/x"),
        (json!({ "images": ["oci:/etc:x"], "targets": ["store:app"] }), "oci:/etc"),
        (json!({ "images_from": { "command": ["id"] }, "targets": ["store:app"] }), "images_from"),
        (json!({ "source": "r.example/app", "targets": [] }), "names no target"),
        (json!({ "sauce": "r.example/app", "targets": ["store:app"] }), "sauce"),
        (json!({ "name": "other", "source": "r.example/app", "targets": ["store:app"] }), "`name`"),
        (json!([]), "an object"),
    ];
    for (settings, part) in refused {
        let problem = api.put("/mirrors/made/settings", &settings).await.is(422);
        assert!(problem["detail"].as_str().unwrap().contains(part), "{problem}");
    }
    api.put("/mirrors/no%20name/settings", &good).await.is(400);

    // A file that gets a mirror of the same name later wins, and what was made is there when it is gone.
    api.put("/mirrors/made/settings", &good).await.is(201);
    let origin = async |wanted: &str| {
        daemon.signal("HUP");
        api.until("/mirrors/made", |mirror| mirror["origin"] == wanted).await
    };
    let mirror = "{name: made, source: 'oci:here', targets: ['store:there']}";
    sandbox.write("portolan.yaml", &format!("version: 1\nmirrors: [{mirror}]\n"));
    origin("file").await;
    api.post("/mirrors/made/pause", &Value::Null).await.is(200);
    api.delete("/mirrors/made/settings").await.is(409);
    assert!(api.get("/mirrors/made").await.is(200)["paused_at"].is_string(), "the file's is as it was");
    api.post("/mirrors/made/resume", &Value::Null).await.is(200);
    sandbox.write("portolan.yaml", "version: 1\n");
    origin("api").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_mirror_is_not_run() {
    let Some(source) = source().await else { return };
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    let mut settings = settings(&source);
    settings["schedule"] = "@yearly".into();
    api.put("/mirrors/made/settings", &settings).await.is(201);
    let paused = api.post("/mirrors/made/pause", &Value::Null).await.is(200);
    assert!(paused["paused_at"].is_string() && paused["next_run_at"].is_null(), "{paused}");
    api.post("/mirrors/made/runs", &Value::Null).await.is(409);
    let resumed = api.post("/mirrors/made/resume", &Value::Null).await.is(200);
    assert!(resumed["paused_at"].is_null() && resumed["next_run_at"].is_string(), "{resumed}");
    api.post("/mirrors/made/runs", &Value::Null).await.is(202);
    api.until("/mirrors/made", |mirror| mirror["last_run"]["outcome"] == "done").await;
    for path in ["/mirrors/none/pause", "/mirrors/none/resume", "/mirrors/none/runs"] {
        api.post(path, &Value::Null).await.is(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_images_take_is_between_two_looks_and_exact_where_it_was_told() {
    let Some(source) = Registry::start().await else { return };
    let image = zoo::one("oci-image");
    source.client().push_tree("app", &image.root, &["v1".to_owned()]).await.unwrap();
    let sandbox = Sandbox::new();
    sandbox.write(
        "portolan.yaml",
        &format!("version: 1\nhooks: [{{kind: harbor, registry: '{}', secret: well-kept}}]\n", source.host()),
    );
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    api.put("/mirrors/made/settings", &settings(&source)).await.is(201);
    api.post("/mirrors/made/runs", &Value::Null).await.is(202);
    let is_there = |lag: &Value, number: usize| lag["items"].as_array().unwrap().len() == number;
    let first = api.until("/mirrors/made/lag", |lag| is_there(lag, 1)).await;
    let first = &first["items"][0];
    assert_eq!((&first["target"], &first["moved_after"]), (&json!("store:made/app:v1"), &Value::Null));
    assert!(first["most_seconds"].is_null() && first["least_seconds"].is_number(), "{first}");

    // Between the run before and this one.
    source.client().push_tree("app", &image.root, &["v2".to_owned()]).await.unwrap();
    api.until("/mirrors/made", |mirror| mirror["last_run"]["outcome"] == "done").await;
    let before = api.get("/runs").await.is(200)["items"][0]["started_at"].clone();
    api.post("/mirrors/made/runs", &Value::Null).await.is(202);
    let second = api.until("/mirrors/made/lag?after=store:made/app:v1", |lag| is_there(lag, 1)).await;
    let second = &second["items"][0];
    assert_eq!((&second["target"], &second["moved_after"]), (&json!("store:made/app:v2"), &before));
    assert!(second["most_seconds"].as_f64() > second["least_seconds"].as_f64(), "{second}");

    // As it was told.
    source.client().push_tree("app", &image.root, &["v3".to_owned()]).await.unwrap();
    let told = json!({ "type": "PUSH_ARTIFACT", "event_data": {
        "resources": [{ "tag": "v3" }], "repository": { "repo_full_name": "app" } } });
    let request = http_client().post(format!("{}/hooks/harbor", daemon.url()));
    let sent = request.header("authorization", "well-kept").body(told.to_string()).send().await.unwrap();
    assert_eq!(sent.status(), 202);
    let third = api.until("/mirrors/made/lag?after=store:made/app:v2", |lag| is_there(lag, 1)).await;
    let third = &third["items"][0];
    assert_eq!(third["moved_after"], third["moved_before"]);
    assert_eq!(third["most_seconds"], third["least_seconds"]);
    let metrics = http_client().get(format!("{}/metrics", daemon.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains(r#"portolan_mirror_lag_seconds_count{mirror="made"} 2"#), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_a_run_would_do_and_changes_nothing() {
    let Some(mut source) = source().await else { return };
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let api = Api::of(&daemon);
    api.put("/mirrors/made/settings", &settings(&source)).await.is(201);
    let plan = api.post("/mirrors/made/plan", &Value::Null).await.is(200);
    let (totals, images) = (&plan["totals"], plan["images"].as_array().unwrap());
    assert_eq!((&totals["copy"], &totals["skip"]), (&json!(2), &json!(0)), "{plan}");
    assert!(images.iter().all(|image| image["action"] == "add"), "{plan}");
    assert_eq!(images[0]["target"], "store:made/app:oci-image");
    assert_eq!(plan["pulls"][0]["registry"], source.host());
    let needed = totals["bytes"].as_u64().unwrap();
    assert!(needed > 0, "{plan}");
    assert_eq!(api.get("/runs").await.is(200)["items"], json!([]));

    api.post("/mirrors/made/runs", &Value::Null).await.is(202);
    let run = api.until("/runs", |runs| runs["items"][0]["outcome"] == "done").await;
    assert_eq!(run["items"][0]["totals"]["bytes"], needed, "what was planned is what was sent");
    let plan = api.post("/mirrors/made/plan", &Value::Null).await.is(200);
    assert_eq!((&plan["totals"]["copy"], &plan["totals"]["skip"]), (&json!(0), &json!(2)), "{plan}");
    assert_eq!(plan["images"], json!([]));

    source.stop();
    let problem = api.post("/mirrors/made/plan", &Value::Null).await.is(424);
    assert!(problem["detail"].as_str().unwrap().contains("cannot list"), "{problem}");
    api.post("/mirrors/other/plan", &Value::Null).await.is(404);
}
