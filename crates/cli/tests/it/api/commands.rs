//! Commands that ask a daemon.

use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;
use serde_json::{Value, json};

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

const PASSWORD: &str = "correct horse";

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_is_asked_in_place_of_the_database() {
    let Some(source) = Registry::start().await else { return };
    source.client().push("app", &zoo::one("oci-image")).await;
    let theirs = Sandbox::new();
    let text = format!(
        "version: 1\nmirrors:\n  - {{name: app, source: '{}/app', targets: ['store:app'], schedule: '@yearly'}}\n",
        source.host()
    );
    theirs.write("portolan.yaml", &text);
    let daemon = Daemon::start(&theirs);
    // Who asks has neither its configuration nor its database.
    let mut ours = Sandbox::new();
    ours.run("mirrors run app").failed(6);
    let host = daemon.host();
    let asked = ours.run(&format!("mirrors run app --daemon {host} --output json")).json();
    assert_eq!(asked["mirror"], "app");
    ours.set("PORTOLAN_DAEMON", host);
    let run = loop {
        let runs = ours.run("runs list app --output json").json();
        if let Some(run) = runs["runs"][0]["id"].as_i64() {
            break run;
        }
    };
    let followed = ours.run(&format!("runs follow {run} --output json")).succeeded();
    let last: Value = serde_json::from_str(followed.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&json!("run_ended"), &json!("done")));
    let said = ours.run(&format!("runs follow {run}")).succeeded();
    assert!(said.contains(&format!("run {run} of app: done ")) && said.contains("2 copied"), "{said}");
    let shown = ours.run(&format!("runs show {run} --output json")).json();
    assert_eq!(
        (&shown["id"], &shown["totals"]["copied"], &shown["failures"]),
        (&json!(run), &json!(2), &json!([]))
    );
    ours.run(&format!("runs cancel {run}")).failed(1);
    ours.run("runs show 1000000").failed(6);

    ours.run("mirrors pause app").succeeded();
    let listed = ours.run("mirrors list --output json").json();
    assert!(listed["mirrors"][0]["paused_at"].is_string(), "{listed}");
    let refused = ours.run("mirrors run app").failed(1);
    assert!(refused.contains("the mirror `app` is paused: resume it first"), "{refused}");
    ours.run("mirrors resume app").succeeded();
    ours.run("mirrors pause none").failed(6);
    // The same as who looks at the database sees.
    let listed = ours.run("mirrors list --output json").json();
    assert_eq!(listed, theirs.run("mirrors list --output json").json());
    assert_eq!(ours.run("runs list").succeeded(), theirs.run("runs list").succeeded());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_wants_a_login_gets_that_of_its_registry() {
    let theirs = Sandbox::new();
    theirs.write("portolan.yaml", "version: 1\naccess: {}\n");
    theirs.run_with("user add root --admin --password-stdin", PASSWORD).succeeded();
    theirs.run_with("user add anna --password-stdin", PASSWORD).succeeded();
    let daemon = Daemon::start(&theirs);
    let mut ours = Sandbox::new();
    ours.set("PORTOLAN_DAEMON", daemon.host());
    ours.run("mirrors list").failed(5);
    let login = |user: &str| format!("login {} --username {user} --password-stdin", daemon.host());
    ours.run_with(&login("anna"), PASSWORD).succeeded();
    assert_eq!(ours.run("mirrors list --output json").json(), json!({ "mirrors": [] }));
    ours.run("runs list").succeeded();
    ours.run("mirrors pause app").failed(5);
    ours.run_with(&login("root"), PASSWORD).succeeded();
    ours.run("mirrors pause app").failed(6);

    // Something else that listens there.
    let Some(other) = Registry::start().await else { return };
    ours.set("PORTOLAN_DAEMON", other.host());
    let said = ours.run("mirrors list").failed(1);
    assert!(portolan_testkit::registry::is_ours() || said.contains("is no daemon of Portolan"), "{said}");
    ours.set("PORTOLAN_DAEMON", "no host at all");
    ours.run("mirrors list").failed(2);
}

#[test]
fn what_a_daemon_was_told_is_seen_in_its_database_and_the_other_way_round() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "portolan.yaml",
        "version: 1\nmirrors: [{name: app, source: 'r.example/app', targets: ['store:app']}]\n",
    );
    sandbox.run("mirrors run app").succeeded();
    sandbox.run("mirrors pause app").succeeded();
    let refused = sandbox.run("mirrors run app").failed(1);
    assert!(refused.contains("app is paused"), "{refused}");
    sandbox.run("mirrors run none").failed(6);
    sandbox.run("runs cancel 7").failed(6);
    sandbox.run("runs follow 7").failed(6);
    let audit = sandbox.run("audit --output json").json();
    let actions = audit["entries"].as_array().unwrap().iter();
    let actions: Vec<_> = actions.map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["mirror.pause", "mirror.run"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_managed_from_afar_as_at_the_database() {
    let theirs = Sandbox::new();
    theirs.write("portolan.yaml", "version: 1\naccess: {}\n");
    theirs.run_with("user add root --admin --password-stdin", PASSWORD).succeeded();
    let daemon = Daemon::start(&theirs);
    let mut ours = Sandbox::new();
    ours.set("PORTOLAN_DAEMON", daemon.host());
    ours.run_with(&format!("login {} --username root --password-stdin", daemon.host()), PASSWORD).succeeded();
    let said = ours.run_with("user add anna --grant team/**=pull,push --password-stdin", PASSWORD);
    assert!(said.stderr.contains("added anna"), "{}", said.stderr);
    let refused = ours.run_with("user add anna --password-stdin", PASSWORD).failed(1);
    assert!(refused.contains("there is a user `anna` already"), "{refused}");
    ours.run_with("user add berta --password-stdin", "short").failed(1);
    ours.run("user add build --no-password").succeeded();
    let changes = [
        ("grant anna base/**=pull", "anna  member  base/**=pull  team/**=pull,push\n"),
        ("grant anna team/**=pull", "anna  member  base/**=pull  team/**=pull\n"),
        ("revoke anna base/**", "anna  member  team/**=pull\n"),
        ("disable anna", "anna  member  disabled; team/**=pull\n"),
        ("enable anna", "anna  member  team/**=pull\n"),
        ("role anna admin", "anna  admin  everything\n"),
    ];
    for (change, listed) in changes {
        let changed = ours.run(&format!("user {change}"));
        assert!(changed.stderr.contains("changed anna"), "{change}: {}", changed.stderr);
        let again = ours.run(&format!("user {change}"));
        assert!(again.stderr.contains("anna was so already"), "{change}: {}", again.stderr);
        let squeezed = |text: String| {
            text.split("  ")
                .map(str::trim_start)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("  ")
        };
        let shown = squeezed(ours.run("user list").succeeded());
        assert!(shown.contains(listed), "{change}: {shown}");
    }
    ours.run("user password anna --none").succeeded();
    let anna = ours.run("user list --output json").json();
    assert_eq!((&anna["users"][0]["name"], &anna["users"][0]["password"]), (&json!("anna"), &json!(false)));
    ours.run("user disable nobody").failed(6);

    let token =
        ours.run("token create build --only team/app=pull --note pipeline --expires 1d --output json").json();
    assert_eq!(token["user"], "build");
    let name = token["name"].as_str().unwrap();
    let listed = ours.run("token list --output json").json();
    assert_eq!((&listed["tokens"][0]["name"], &listed["tokens"][0]["state"]), (&json!(name), &json!("good")));
    let revoked = ours.run(&format!("token revoke {name}"));
    assert!(revoked.stderr.contains(&format!("revoked {name}")), "{}", revoked.stderr);
    let again = ours.run(&format!("token revoke {name}"));
    assert!(again.stderr.contains("was revoked before"), "{}", again.stderr);
    ours.run("token revoke 0000000000").failed(6);
    ours.run("token create nobody").failed(6);
    ours.run("user delete build --yes").succeeded();
    ours.run("user delete build --yes").failed(6);
    // The same as who looks at the database sees.
    for command in ["user list", "user list --output json", "token list --output json"] {
        assert_eq!(ours.run(command).succeeded(), theirs.run(command).succeeded(), "{command}");
    }
}
