//! What is told of runs and mirrors.

use crate::sandbox::Sandbox;

/// A mirror that was run, and another that was not and has nothing to be run from.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_examples();
    let mirrors = "version: 1\nmirrors:\n  - name: hello\n    source: oci:examples/quickstart/layout\n    \
                   targets: ['oci:copy']\n    every: 3d\n  - name: gone\n    images: ['oci:examples/quickstart/layout:gone']\n    \
                   targets: ['oci:copy']\n    schedule: '@yearly'\n";
    sandbox.write("portolan.yaml", mirrors);
    sandbox.run("sync hello").succeeded();
    sandbox
}

#[test]
fn runs_are_told_by_whomever_they_were_made() {
    let sandbox = sandbox();
    assert_ne!(sandbox.run("sync gone").code, Some(0));
    sandbox.run("sync hello").succeeded();
    let runs = sandbox.run("runs list --output json").json();
    let told: Vec<_> =
        runs["runs"].as_array().unwrap().iter().map(|run| (&run["mirror"], &run["outcome"])).collect();
    assert_eq!(
        serde_json::json!(told),
        serde_json::json!([["hello", "done"], ["gone", "failed"], ["hello", "done"]])
    );
    let first = sandbox.run("runs show 1").succeeded();
    assert!(first.starts_with("1  hello  20") && first.contains("Z  done  1 copied, 2.1 kB"), "{first}");
    let failed = sandbox.run("runs show 2").succeeded();
    let lines: Vec<&str> = failed.lines().collect();
    assert!(
        lines[0].ends_with("failed  1 failed")
            && lines[1].starts_with("oci:examples/quickstart/layout:gone -> oci:copy:gone: "),
        "{failed}"
    );
    let shown = sandbox.run("runs show 2 --output json").json();
    assert_eq!((&shown["id"], &shown["failures"][0]["target"]), (&2.into(), &"oci:copy:gone".into()));
    let of_one = sandbox.run("runs list hello --limit 1").succeeded();
    assert!(of_one.starts_with("3  hello") && of_one.lines().count() == 1, "{of_one}");
    insta::assert_snapshot!(sandbox.run("runs show 4"));
}

#[test]
fn mirrors_are_told_with_their_last_run_and_their_next() {
    let sandbox = sandbox();
    let mirrors = sandbox.run("mirrors list --output json").json();
    let [hello, gone] = mirrors["mirrors"].as_array().unwrap().as_slice() else { panic!("{mirrors}") };
    assert_eq!((&hello["schedule"], &hello["last_run"]["outcome"]), (&"@every 3d".into(), &"done".into()));
    let time = |value: &serde_json::Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let began = time(&hello["last_run"]["started_at"]);
    assert_eq!(time(&hello["next_run_at"]), began + std::time::Duration::from_secs(3 * 24 * 60 * 60));
    assert_eq!((&gone["last_run"], &gone["targets"][0]), (&serde_json::Value::Null, &"oci:copy".into()));
    let text = sandbox.run("mirrors list").succeeded();
    assert!(
        text.contains("hello  @every 3d  done 20") && text.contains("gone   @yearly    never run"),
        "{text}"
    );

    sandbox.run("mirrors pause hello").succeeded();
    let paused = sandbox.run("mirrors list --output json").json()["mirrors"][0].clone();
    assert!(paused["paused_at"].is_string() && paused["next_run_at"].is_null(), "{paused}");
    assert!(sandbox.run("mirrors list").succeeded().contains("  paused 20"));
    sandbox.run("sync hello").succeeded();
    sandbox.run("mirrors resume hello").succeeded();
    let resumed = sandbox.run("mirrors list --output json").json()["mirrors"][0].clone();
    assert!(resumed["paused_at"].is_null() && resumed["next_run_at"].is_string(), "{resumed}");
    sandbox.run("mirrors pause other").failed(6);
}
