//! What is seen of a copy while it goes on.

use crate::sandbox::Sandbox;

const HELLO: &str = "oci:examples/quickstart/layout:hello";

/// The lines in an order of their own: blobs are copied side by side.
fn lines(mode: &str) -> String {
    let sandbox = Sandbox::with_examples();
    let ran = sandbox.run(&format!("copy {HELLO} oci:out --progress {mode}"));
    assert_eq!(ran.code, Some(0), "{ran}");
    let mut lines: Vec<_> = ran.stderr.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn plain_lines_are_few_and_the_rule_where_there_is_no_terminal() {
    insta::assert_snapshot!(lines("plain"));
    assert_eq!(lines("auto"), lines("plain"));
}

#[test]
fn detailed_lines_tell_everything() {
    insta::assert_snapshot!(lines("detailed"));
}

#[test]
fn programs_get_events() {
    let sandbox = Sandbox::with_examples();
    let ran = sandbox.run(&format!("copy {HELLO} oci:out --progress json"));
    assert_eq!(ran.code, Some(0), "{ran}");
    let mut events: Vec<String> = ran.stderr.lines().map(str::to_owned).collect();
    events.sort_unstable();
    insta::assert_snapshot!(events.join("\n"));
    let failed = sandbox.run("copy oci:nowhere:a oci:out --progress json");
    let line: serde_json::Value = serde_json::from_str(failed.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(line["event"], "message", "{failed}");
}

#[test]
fn what_is_drawn_leaves_nothing_behind_where_there_is_no_terminal() {
    assert_eq!(lines("bars"), "");
    assert_eq!(lines("spinner"), "");
}

#[test]
fn quiet_is_quiet() {
    let sandbox = Sandbox::with_examples();
    let ran = sandbox.run(&format!("copy {HELLO} oci:out --progress detailed --quiet"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn logs_are_text_or_json() {
    let sandbox = Sandbox::with_examples();
    let text = sandbox.run(&format!("copy {HELLO} oci:out -vvv")).stderr;
    assert!(text.contains(" INFO "), "{text}");
    sandbox.write("portolan.yaml", "version: 1\nlog: {format: json, level: trace}\ndata: other\n");
    let json = sandbox.run(&format!("copy {HELLO} oci:again --progress bars")).stderr;
    let lines: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["level"] == "INFO"), "{json}");
}

#[test]
fn colors_are_used_where_they_are_wanted() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run("tags oci:nowhere --color always").stderr.starts_with("\u{1b}["));
    assert!(sandbox.run("tags oci:nowhere").stderr.starts_with("error (not found):"));
}
