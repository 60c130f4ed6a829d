//! What mirrors delete, and `portolan undo`.

use std::fs;

use portolan_testkit::image::{Image, Layer};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::write_layout;

use crate::mirrors::{configure, show, tags, with};
use crate::sandbox::Sandbox;

/// A mirror of one layout to another that deletes what is gone after this time.
fn apps(grace: &str) -> String {
    format!(
        "{{name: apps, source: 'oci:from', targets: ['oci:to'], prune: {{mode: follow-source, grace: {grace}}}}}"
    )
}

/// Times are different each time.
fn timeless(what: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "[TIME]");
    settings.add_filter(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "[TIME]");
    settings.bind(what);
}

#[test]
fn what_is_gone_is_condemned_then_deleted_then_put_back() {
    let sandbox = with(&["1.0", "1.1", "1.2"], &[&apps("7d")]);
    sandbox.run("sync").succeeded();
    show(&sandbox, "from", [("1.0", 1), ("1.1", 2)]);
    timeless(|| {
        insta::assert_snapshot!("plan_condemns", sandbox.run("plan"));
        insta::assert_snapshot!("sync_condemns", sandbox.run("sync --quiet"));
        insta::assert_snapshot!("sync_waits", sandbox.run("sync --quiet"));
        insta::assert_snapshot!("plan_waits", sandbox.run("plan"));
        configure(&sandbox, &[&apps("0s")]);
        insta::assert_snapshot!("plan_deletes", sandbox.run("plan"));
        insta::assert_snapshot!("plan_deletes_json", sandbox.run("plan --output json"));
        assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1", "1.2"]);
        insta::assert_snapshot!("sync_deletes", sandbox.run("sync --quiet"));
    });
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1"]);
    insta::assert_snapshot!("undo_of_another_run", sandbox.run("undo apps --run 1"));
    insta::assert_snapshot!("undo", sandbox.run("undo apps"));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1", "1.2"]);
    insta::assert_snapshot!("undo_again", sandbox.run("undo apps"));
    insta::assert_snapshot!("sync_after_undo", sandbox.run("sync --quiet"));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1", "1.2"]);
}

#[test]
fn what_was_brought_under_another_name_stays_until_nothing_remembers_that_name() {
    let sandbox = with(&["1.0", "1.1"], &[&apps("0s")]);
    sandbox.run("sync").succeeded();
    configure(&sandbox, &[&apps("0s").replace("name: apps", "name: renamed")]);
    sandbox.run("sync").succeeded();
    show(&sandbox, "from", [("1.0", 1)]);
    sandbox.run("sync").succeeded();
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1"]);

    fs::remove_dir_all(sandbox.path("data")).unwrap();
    sandbox.run("sync").succeeded();
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1"], "a first run deletes nothing");
    show(&sandbox, "from", [("1.0", 1), ("1.1", 2)]);
    sandbox.run("sync").succeeded();
    show(&sandbox, "from", [("1.0", 1)]);
    sandbox.run("sync").succeeded();
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0"]);
}

#[test]
fn the_same_deletions_for_programs() {
    let sandbox = with(&["1.0", "1.1"], &[&apps("0s")]);
    sandbox.run("sync").succeeded();
    show(&sandbox, "from", [("1.0", 1)]);
    timeless(|| insta::assert_snapshot!("sync_deletes_json", sandbox.run("sync --output json")));
    insta::assert_snapshot!("undo_json", sandbox.run("undo apps --output json"));
}

#[test]
fn a_saved_plan_deletes_what_it_says() {
    let sandbox = with(&["1.0", "1.1", "1.2"], &[&apps("0s")]);
    sandbox.run("sync").succeeded();
    show(&sandbox, "from", [("1.0", 1), ("1.1", 2)]);
    sandbox.run("plan --save plan.json").succeeded();
    // What goes later is not in it.
    show(&sandbox, "from", [("1.0", 1)]);
    timeless(|| insta::assert_snapshot!("saved_deletes", sandbox.run("sync --quiet --plan plan.json")));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1"]);
    sandbox.run("undo apps").succeeded();
    timeless(|| insta::assert_snapshot!("saved_is_spared", sandbox.run("sync --quiet --plan plan.json")));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1", "1.2"]);
}

#[test]
fn more_than_one_run_deletes_is_held_back() {
    let sandbox = with(&["1", "2", "3", "4", "5"], &[&apps("0s")]);
    sandbox.run("sync").succeeded();
    show(&sandbox, "from", [("5", 5)]);
    timeless(|| {
        insta::assert_snapshot!("plan_held_back", sandbox.run("plan"));
        insta::assert_snapshot!("sync_held_back", sandbox.run("sync --quiet"));
    });
    assert_eq!(tags(&sandbox, "oci:to"), ["4", "5"]);
}

#[test]
fn a_source_that_has_nothing_takes_nothing_away() {
    let sandbox = with(&["1.0", "1.1"], &[&apps("0s")]);
    sandbox.run("sync").succeeded();
    write_layout(&sandbox.path("from"), &[]);
    insta::assert_snapshot!("plan_nothing", sandbox.run("plan"));
    insta::assert_snapshot!("sync_nothing", sandbox.run("sync --quiet"));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_go_or_come_back_is_told() {
    let Some(registry) = Registry::start().await else { return };
    let Some(keeper) = Registry::builder().without_delete().start().await else { return };
    let mut sandbox = Sandbox::new();
    sandbox.redact(registry.host(), "[REGISTRY]");
    sandbox.redact(keeper.host(), "[KEEPER]");
    show(&sandbox, "from", [("1.0", 1), ("1.1", 2), ("latest", 1)]);
    let mirror = |target: &str, exclude: &str| {
        let prune = "prune: {mode: follow-source, grace: 0s}";
        format!(
            "{{name: apps, source: 'oci:from', targets: ['{target}/apps'], tags: {{exclude: ['{exclude}']}}, {prune}}}"
        )
    };
    for (target, name) in [(registry.host(), "shared"), (keeper.host(), "no_deletes")] {
        configure(&sandbox, &[&mirror(target, "nothing")]);
        sandbox.run("sync").succeeded();
        configure(&sandbox, &[&mirror(target, "1")]);
        timeless(|| insta::assert_snapshot!(name, sandbox.run("sync --quiet")));
    }
    let own = Image::oci().layer(Layer::gzip(9)).build();
    registry.client().push_tree("apps", &own, &["1.1".to_owned()]).await.unwrap();
    insta::assert_snapshot!("undo_taken", sandbox.run("undo apps"));
    registry.client().delete("apps", &own.digest).await;
    drop(registry);
    let undone = sandbox.run("undo apps");
    assert_eq!(undone.code, Some(1), "{undone}");
}
