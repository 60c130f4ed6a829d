//! `sync`: the clock, and the HTTP API.

use std::time::Duration;

use http::header::AUTHORIZATION;
use portolan_testkit::client::http as http_client;

use super::stage::Stage;
use crate::daemon::Daemon;

const API: &str = "api: {enabled: true, port: 0, enableAuth: true, authToken: this-is-a-token}\n";

/// The API of a daemon, with what is sent in `Authorization`.
struct Api<'a>(&'a Daemon, Option<&'a str>);

impl Api<'_> {
    async fn get(&self, path: &str) -> (u16, String) {
        let request = http_client().get(format!("{}{path}", self.0.url()));
        let request = match self.1 {
            Some(shown) => request.header(AUTHORIZATION, shown),
            None => request,
        };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn ops(&self, stage: &Stage, action: &str) -> (u16, String) {
        let host = stage.target.host();
        let (status, text) = self.get(&format!("/ops?sync={host}&action={action}")).await;
        (status, stage.sandbox.redacted(&text))
    }
}

fn sync(stage: &Stage) -> Daemon {
    Daemon::of(&mut stage.sandbox.command(["compat", "picture-book", "sync"]))
}

async fn arrives(stage: &Stage, repository: &str, tag: &str) {
    let waiting = async {
        while stage.client().find_manifest_under_way(repository, tag).await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    let arrived = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    arrived.unwrap_or_else(|_| panic!("{repository}:{tag} does not arrive"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_shows_the_token_is_let_in() {
    let Some(stage) = Stage::set("").await else { return };
    stage.configure("    syncPeriod: '0 0 1 1 *'\n", API);
    let daemon = sync(&stage);
    for (shown, status) in [
        (Some("this-is-a-token"), 200),
        (Some("Bearer: this-is-a-token"), 200),
        (Some("Bearer this-is-a-token"), 200),
        (Some("this-is-a-toke"), 401),
        (Some("Bearer:"), 401),
        (None, 401),
    ] {
        assert_eq!(Api(&daemon, shown).get("/list?type=active").await.0, status, "{shown:?}");
    }
    assert_eq!(Api(&daemon, None).get("/ops?sync=x&action=pause").await, (401, String::new()));
    // A token that everybody knows keeps no page of another site out.
    let other = http_client().get(format!("{}/list", daemon.url())).header("host", "attacker.example");
    assert_eq!(other.header(AUTHORIZATION, "this-is-a-token").send().await.unwrap().status(), 403);
    // Whom nobody asks is answered on this machine alone.
    stage.configure("    syncPeriod: '0 0 1 1 *'\n", "api: {enabled: true, port: '0'}\n");
    let open = sync(&stage);
    assert!(open.host().starts_with("127.0.0.1:"));
    assert_eq!(Api(&open, None).get("/list").await, (200, String::new()));
    let other = http_client().get(format!("{}/list", open.url())).header("host", "attacker.example");
    assert_eq!(other.send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn registries_are_listed_paused_and_resumed_and_a_pause_outlives_the_process() {
    let Some(stage) = Stage::set("").await else { return };
    stage.configure(
        "    repository: rancher\n    syncPeriod: '0 0 1 1 *'\n    deleteLocalImages: true\n",
        API,
    );
    let daemon = sync(&stage);
    let api = Api(&daemon, Some("this-is-a-token"));
    let (status, configured) = api.get("/list?type=configured").await;
    assert_eq!(status, 200);
    insta::assert_snapshot!("configured", stage.sandbox.redacted(&configured));
    let (_, active) = api.get("/list?type=active").await;
    let active = stage.sandbox.redacted(&active);
    let created = active.split("\"Created\": \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    insta::assert_snapshot!("active", active.replace(created, "[TIME]"));
    let (status, details) = api.ops(&stage, "details").await;
    assert_eq!((status, details.contains("\"NumberOfSyncs\": 0")), (200, true), "{details}");

    assert_eq!(api.ops(&stage, "pause").await, (200, "OK. [TARGET] has been paused.".to_owned()));
    assert_eq!(api.get("/list?type=active").await, (200, "{}".to_owned()));
    for action in ["details", "pause", "changePeriod"] {
        assert_eq!(api.ops(&stage, action).await, (404, String::new()), "{action}");
    }
    drop(daemon);
    let daemon = sync(&stage);
    let api = Api(&daemon, Some("this-is-a-token"));
    assert_eq!(api.ops(&stage, "details").await.0, 404, "paused as before");
    for _ in 0..2 {
        let (status, text) = api.ops(&stage, "resume").await;
        let begin = "OK. Syncer for [TARGET] is now running. Next execution will be at ";
        let next = text.strip_prefix(begin).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(status, 200);
        assert!(next.contains(", 01-Jan-") && next.ends_with(" 00:00:00 UTC"), "{next}");
    }
    assert_eq!(api.ops(&stage, "details").await.0, 200);
    assert_eq!(api.ops(&stage, "none").await, (200, String::new()));
    assert_eq!(api.get("/ops?sync=elsewhere.example&action=resume").await, (404, String::new()));
    assert_eq!(api.get("/elsewhere").await.0, 404);
    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_brought_by_the_clock_and_a_changed_period_is_kept() {
    let Some(stage) = Stage::set("busybox:1\n").await else { return };
    stage.publish("library/busybox", &["1"], 1).await;
    stage.configure("    syncPeriod: '0 0 1 1 *'\n", API);
    let daemon = sync(&stage);
    let api = Api(&daemon, Some("this-is-a-token"));
    let (status, text) = api.ops(&stage, "changePeriod&period=nonsense").await;
    assert_eq!(status, 400, "{text}");
    assert_eq!(api.ops(&stage, "changePeriod&period=@every%201s").await, (200, "OK!".to_owned()));
    arrives(&stage, "busybox", "1").await;
    let (_, details) = api.ops(&stage, "details").await;
    assert!(!details.contains("\"NumberOfSyncs\": 0"), "{details}");
    drop(daemon);

    stage.publish("library/busybox", &["2"], 2).await;
    stage.list("busybox:2\n");
    let daemon = sync(&stage);
    arrives(&stage, "busybox", "2").await;
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_must_not_say_is_told() {
    let Some(stage) = Stage::set("").await else { return };
    let host = stage.target.host();
    stage.configure("", &format!("  - {{hostname: '{host}', syncerScript: ./test.sh}}\n"));
    let said = stage.sandbox.run("compat picture-book sync").failed(1);
    let text =
        "fatal: dupliacte registry found ([TARGET]), each registry hostname may only be configured once";
    assert!(said.contains(text), "{said}");
    // A period that says nothing leaves out its registry alone.
    let other = "  - {hostname: other.example, syncerScript: ./test.sh, syncPeriod: '0 0 1 1 *'}\n";
    stage.configure("    syncPeriod: nonsense\n", &format!("{other}{API}"));
    let daemon = sync(&stage);
    let (_, active) = Api(&daemon, Some("this-is-a-token")).get("/list?type=active").await;
    assert!(active.contains("other.example") && !active.contains(host), "{active}");
    drop(daemon);
    // What is wrong is shown where it stands, without its secrets.
    let wrong = "registries:\n  - hostname: 'https://r.example'\n    pullAuthConfig: secret\n    pushAuthConfig: 'me:too'\n\
                 \x20   deleteLocalImages: maybe\n    authConfig: old\napi: {port: many}\n";
    stage.sandbox.write("config.yaml", wrong);
    insta::assert_snapshot!("wrong", stage.sandbox.run("compat picture-book sync"));
    std::fs::remove_file(stage.sandbox.path("config.yaml")).unwrap();
    insta::assert_snapshot!("no_file", stage.sandbox.run("compat picture-book sync"));
}
