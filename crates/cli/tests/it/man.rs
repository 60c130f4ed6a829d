//! `portolan man`.

use std::collections::BTreeSet;
use std::fs;

use crate::sandbox::Sandbox;

#[test]
fn every_command_has_a_page() {
    let sandbox = Sandbox::new();
    let main = sandbox.run("man").succeeded();
    assert!(main.contains(".TH portolan 1"), "{main}");
    sandbox.run("man --dir pages/man1").succeeded();
    let pages: BTreeSet<String> = fs::read_dir(sandbox.path("pages/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    insta::assert_snapshot!(pages.into_iter().collect::<Vec<_>>().join("\n"));
    let copy = fs::read_to_string(sandbox.path("pages/man1/portolan-copy.1")).unwrap();
    assert!(copy.contains("no\\-referrers"), "{copy}");
}
