//! Runs that the daemon forgets.

use std::collections::BTreeMap;

use portolan_testkit::databases::{Database, Product};

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// How many runs of each mirror are remembered.
fn remembered(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let runs = sandbox.run("runs list --output json").json();
    let mut remembered = BTreeMap::new();
    for run in runs.get("runs").and_then(|runs| runs.as_array()).unwrap() {
        let mirror = run.get("mirror").and_then(|mirror| mirror.as_str()).unwrap();
        *remembered.entry(mirror.to_owned()).or_default() += 1;
    }
    remembered
}

#[test]
fn old_runs_go_by_themselves_and_the_last_of_each_mirror_stays() {
    let sandbox = Sandbox::with_examples();
    let mirrors = "version: 1\nmirrors:\n  - name: hello\n    source: oci:examples/quickstart/layout\n    \
                   targets: ['oci:copy']\n  - name: gone\n    images: ['oci:examples/quickstart/layout:gone']\n    \
                   targets: ['oci:copy']\n";
    sandbox.write("portolan.yaml", mirrors);
    for _ in 0..3 {
        sandbox.run("sync hello").succeeded();
    }
    for _ in 0..2 {
        assert_ne!(sandbox.run("sync gone").code, Some(0));
    }
    let both = |hello, gone| BTreeMap::from([("hello".to_owned(), hello), ("gone".to_owned(), gone)]);

    // They are not old yet.
    let daemon = Daemon::start(&sandbox);
    assert_eq!(remembered(&sandbox), both(3, 2));
    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
    assert_eq!(remembered(&sandbox), both(3, 2));

    sandbox.write("portolan.yaml", &format!("{mirrors}retention: {{runs: 0s}}\n"));
    let _daemon = Daemon::start(&sandbox);
    while remembered(&sandbox) != both(1, 1) {
        std::thread::yield_now();
    }
    // Its failures are what `sync --failed` goes by.
    let failed = sandbox.run("runs show 5").succeeded();
    assert!(failed.contains("oci:examples/quickstart/layout:gone -> "), "{failed}");
}

/// Whether a mirror is still paused that was in the configuration no more when the daemon forgot what is old.
fn is_paused_still(sandbox: &Sandbox) -> bool {
    let mirror = |name| {
        format!("  - {{name: {name}, source: 'oci:examples/quickstart/layout', targets: ['oci:{name}']}}\n")
    };
    let (hello, all) = (mirror("hello"), format!("{}{}", mirror("hello"), mirror("other")));
    sandbox.write("portolan.yaml", &format!("version: 1\nmirrors:\n{all}"));
    sandbox.run("mirrors pause other").succeeded();
    for _ in 0..2 {
        sandbox.run("sync hello").succeeded();
    }
    sandbox.write("portolan.yaml", &format!("version: 1\nretention: {{runs: 0s}}\nmirrors:\n{hello}"));
    let daemon = Daemon::start(sandbox);
    // Mirrors are forgotten before runs.
    while remembered(sandbox) != BTreeMap::from([("hello".to_owned(), 1)]) {
        std::thread::yield_now();
    }
    drop(daemon);
    sandbox.write("portolan.yaml", &format!("version: 1\nmirrors:\n{all}"));
    let mirrors = sandbox.run("mirrors list --output json").json();
    let other = mirrors.pointer("/mirrors/1").unwrap();
    assert_eq!(other.get("name").unwrap(), "other");
    !other.get("paused_at").unwrap().is_null()
}

#[test]
fn a_mirror_that_is_no_more_is_forgotten() {
    assert!(!is_paused_still(&Sandbox::with_examples()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_other_nodes_may_have_mirrors_none_is_forgotten() {
    let Some(database) = Database::make(Product::Postgres).await else { return };
    let mut sandbox = Sandbox::with_examples();
    sandbox.set("PORTOLAN__DATABASE", &database.url());
    assert!(is_paused_still(&sandbox));
}
