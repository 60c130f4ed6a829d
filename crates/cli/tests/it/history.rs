//! Runs that the daemon forgets.

use std::collections::BTreeMap;

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
