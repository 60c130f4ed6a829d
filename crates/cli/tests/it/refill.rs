//! Damaged blobs are fetched again.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::Sandbox;

/// The files of blobs below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

/// A store with an image of a mirror, and another that no mirror brings.
fn store() -> Sandbox {
    let sandbox = Sandbox::with_examples();
    let data = sandbox.path("data").display().to_string();
    let mirror = "mirrors:\n  - name: hello\n    source: oci:examples/quickstart/layout\n    \
                  targets: ['store:demo/{tag}']\n";
    sandbox.write("portolan.yaml", &format!("version: 1\ndata: {data}\n{mirror}"));
    sandbox.run("sync").succeeded();
    sandbox
}

/// Changes the bytes of all blobs, or of the first ones.
fn damage(sandbox: &Sandbox, blobs: usize) -> usize {
    let files = files(&sandbox.path("data/store/blobs"));
    let damaged: Vec<_> = files.iter().take(blobs).collect();
    for file in &damaged {
        let length = fs::read(file).unwrap().len();
        fs::remove_file(file).unwrap();
        fs::write(file, vec![b'!'; length]).unwrap();
    }
    damaged.len()
}

#[test]
fn what_a_mirror_brings_is_fetched_again() {
    let sandbox = store();
    damage(&sandbox, 2);
    insta::assert_snapshot!("found", sandbox.run("store verify"));
    // Found once, it is told until it is put right.
    let later = sandbox.run("store verify").to_string();
    assert!(later.contains("it was found damaged on 20"), "{later}");
    let refilled = sandbox.run("store verify --refill --output json").json();
    for damaged in refilled["damaged"].as_array().unwrap() {
        assert_eq!(damaged["refill"]["from"], "oci:examples/quickstart/layout", "{damaged}");
    }
    insta::assert_snapshot!("sound", sandbox.run("store verify"));
    sandbox.run("copy store:demo/hello:hello oci:copied:hello").succeeded();
    let damaged = damage(&sandbox, usize::MAX);
    let refilled = sandbox.run("store verify --refill").succeeded();
    let told = format!("{damaged} damaged, {damaged} fetched again");
    assert!(refilled.contains(&told) && refilled.contains("  fetched again from oci:"), "{refilled}");
    sandbox.run("diff oci:copied:hello store:demo/hello:hello").succeeded();
}

#[test]
fn what_no_mirror_brings_any_more_stays_damaged() {
    let sandbox = store();
    damage(&sandbox, 1);
    let data = sandbox.path("data").display().to_string();
    sandbox.write("portolan.yaml", &format!("version: 1\ndata: {data}\n"));
    insta::assert_snapshot!("no_mirror", sandbox.run("store verify --refill"));
    let gone = "mirrors:\n  - name: gone\n    source: oci:gone\n    targets: ['store:demo/{tag}']\n";
    sandbox.write("portolan.yaml", &format!("version: 1\ndata: {data}\n{gone}"));
    let failed = sandbox.run("store verify --refill").failed(1);
    assert!(failed.contains("warning: gone was not asked: "), "{failed}");
}
