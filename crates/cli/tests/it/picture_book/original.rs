//! The configuration, the commands and the requests of Picture-Book's own page, as they stand there.

use std::os::unix::fs::symlink;
use std::process::Command;

use http::header::AUTHORIZATION;
use portolan_testkit::client::http as http_client;

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

const SAMPLE: &str = include_str!("sample.yaml");

/// A folder with the sample, where the program has its old name.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("config.yaml", SAMPLE);
    symlink(env!("CARGO_BIN_EXE_portolan"), sandbox.path("picture-book")).unwrap();
    sandbox
}

fn picture_book(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let ours = sandbox.command(arguments);
    let mut command = Command::new(sandbox.path("picture-book"));
    command.args(arguments).env_clear().current_dir(sandbox.path("."));
    command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_is_kept_in_step_and_answers_the_requests_of_the_page() {
    let sandbox = sandbox();
    let daemon = Daemon::of(&mut picture_book(&sandbox, &["sync"]));
    assert_eq!(daemon.url(), "http://127.0.0.1:8001", "a token that everybody knows opens nothing to others");
    let ask = async |path: &str| {
        let request = http_client().get(format!("http://localhost:8001{path}"));
        let answer = request.header(AUTHORIZATION, "this-is-a-token").send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, configured) = ask("/list?type=configured").await;
    assert_eq!(status, 200);
    for text in [
        "\"Hostname\": \"my-registry.com\"",
        "\"Repository\": \"test-images\"",
        "\"PushAuthConfig\": \"\"",
        "\"SyncPeriod\": \"*/1 * * * *\"",
        "\"SyncerScript\": \"test.sh\"",
        "\"DeleteLocalImages\": true",
    ] {
        assert!(configured.contains(text), "{text}: {configured}");
    }
    let (status, active) = ask("/list?type=active").await;
    assert!(status == 200 && active.contains("\"JobTag\": \"my-registry.com-job\""), "{active}");
    let ops = async |action: &str| ask(&format!("/ops?sync=my-registry.com&action={action}")).await;
    assert_eq!(ops("details").await.0, 200);
    assert_eq!(ops("pause").await, (200, "OK. my-registry.com has been paused.".to_owned()));
    let (status, text) = ops("resume").await;
    assert!(
        status == 200 && text.starts_with("OK. Syncer for my-registry.com is now running. Next execution"),
        "{text}"
    );
}

#[test]
fn one_registry_is_loaded_by_its_name() {
    let sandbox = sandbox();
    let load = |arguments: &[&str]| {
        let ended = picture_book(&sandbox, arguments).output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    let (code, said) = load(&["load", "--registry", "my-test-registry.com"]);
    assert_eq!(code, Some(6));
    assert!(said.contains("could not find provided registry my-test-registry.com"), "{said}");
    let (code, said) = load(&["load"]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("you must supply a registry hostname to load a single registry, or pass the --all"),
        "{said}"
    );
    // The page has no script.
    let (code, said) = load(&["load", "--registry", "my-registry.com"]);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("cannot run \"test.sh\" for a list of images") && said.contains("] Done!"),
        "{said}"
    );
}

#[test]
fn the_sample_becomes_a_configuration_of_portolan() {
    let sandbox = sandbox();
    let imported = sandbox.run("config import picture-book").succeeded();
    insta::assert_snapshot!("imported", imported);
    sandbox.write("portolan.yaml", &imported);
    sandbox.run("config check portolan.yaml").succeeded();
}

#[test]
fn registries_that_share_a_source_become_a_configuration_that_is_right() {
    let sandbox = Sandbox::new();
    let registry = |host: &str| {
        format!(
            "  - {{hostname: {host}, syncerScript: ./list.sh, pullAuthConfig: 'me:secret', pullHosts: [quay.io, a.example]}}\n"
        )
    };
    sandbox.write("config.yaml", &format!("registries:\n{}{}", registry("a.example"), registry("b.example")));
    let imported = sandbox.run("config import picture-book").succeeded();
    for host in ["a.example", "b.example", "quay.io"] {
        assert_eq!(imported.matches(&format!("- host: \"{host}\"")).count(), 1, "{imported}");
    }
    sandbox.write("portolan.yaml", &imported);
    sandbox.run("config check portolan.yaml").succeeded();
}
