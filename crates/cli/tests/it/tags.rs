//! `portolan tags`.

use portolan_testkit::zoo::{one, write_layout};

use crate::sandbox::Sandbox;

#[test]
fn tags_are_sorted_by_their_bytes() {
    let sandbox = Sandbox::new();
    let mut exhibit = one("oci-image");
    exhibit.tags = ["b", "a", "B", "10", "9"].map(str::to_owned).to_vec();
    write_layout(&sandbox.path("layout"), &[exhibit]);
    insta::assert_snapshot!(sandbox.run("tags oci:layout"));
    insta::assert_snapshot!(sandbox.run("tags oci:layout --output json"));
}

#[test]
fn where_there_is_nothing() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("tags oci:nowhere"));
    sandbox.write("other/file", "not a layout");
    insta::assert_snapshot!(sandbox.run("tags oci:other"));
    insta::assert_snapshot!(sandbox.run("tags oci-archive:nowhere.tar"));
}

#[test]
fn a_tag_of_our_own_store_is_rolled_back_and_has_a_history() {
    let sandbox = Sandbox::with_examples();
    let layout = "oci:examples/quickstart/layout";
    let digest = |reference: &str| {
        let inspected = sandbox.run(&format!("inspect {reference} --output json")).json();
        inspected["digest"].as_str().unwrap().to_owned()
    };
    sandbox.run(&format!("copy {layout}:hello store:app:1")).succeeded();
    let first = digest("store:app:1");
    sandbox.run(&format!("copy {layout}:hello store:app:2 --platform linux/amd64")).succeeded();
    let second = sandbox.run("inspect store:app:1 --platform linux/amd64 --output json").json();
    let second = second["digest"].as_str().unwrap().to_owned();
    sandbox.run(&format!("copy store:app@{second} store:app:1")).succeeded();
    assert_eq!(digest("store:app:1"), second);

    assert_eq!(sandbox.run("tags rollback store:app:1").succeeded(), format!("store:app:1 names {first}\n"));
    assert_eq!(digest("store:app:1"), first);
    let back = sandbox.run(&format!("tags rollback store:app:1 --to {second} --output json")).json();
    assert_eq!((&back["digest"], &back["restored"]), (&second.clone().into(), &serde_json::json!([])));
    sandbox.run("delete store:app:1 --yes").succeeded();
    sandbox.run("tags rollback store:app:1").succeeded();
    assert_eq!(digest("store:app:1"), second);

    let history = sandbox.run("tags history store:app:1 --output json").json();
    let events = history["events"].as_array().unwrap();
    let told: Vec<_> =
        events.iter().map(|event| (&event["digest"], event["cause"].as_str().unwrap())).collect();
    let (first, second, gone) = (first.into(), second.into(), serde_json::Value::Null);
    let wanted = [
        (&second, "rollback"),
        (&gone, "delete"),
        (&second, "rollback"),
        (&first, "rollback"),
        (&second, "sync"),
        (&first, "sync"),
    ];
    assert_eq!(told, wanted);
    let before = events[3]["revision"].as_u64().unwrap();
    sandbox.run(&format!("tags rollback store:app:1 --to {before}")).succeeded();
    assert_eq!(serde_json::Value::from(digest("store:app:1")), first);
    let shown = sandbox.run("tags history store:app:1").succeeded();
    assert_eq!(shown.lines().count(), 7, "{shown}");
    // What was gone back to is among the records too.
    for file in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] {
        let _ = std::fs::remove_file(sandbox.path(&format!(".local/share/portolan/{file}")));
    }
    sandbox.run("store rebuild").succeeded();
    assert_eq!(serde_json::Value::from(digest("store:app:1")), first);
}

#[test]
fn what_has_no_history_and_cannot_be_rolled_back_to() {
    let sandbox = Sandbox::with_examples();
    sandbox.run("copy oci:examples/quickstart/layout:hello store:app:1").succeeded();
    insta::assert_snapshot!(sandbox.run("tags history oci:examples/quickstart/layout:hello"));
    insta::assert_snapshot!(sandbox.run("tags history store:app"));
    insta::assert_snapshot!(sandbox.run("tags history store:app:never"));
    insta::assert_snapshot!(sandbox.run("tags rollback store:app:1"));
    insta::assert_snapshot!(sandbox.run("tags rollback store:app:1 --to yesterday"));
    insta::assert_snapshot!(sandbox.run("tags rollback store:app:1 --to 0"));
    assert!(sandbox.run("tags").failed(2).contains("REPO"));
}
