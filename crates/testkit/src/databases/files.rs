//! Data folders of new servers. Making one takes seconds, copying it does not: the first is kept beside the
//! test program.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::peer::Account;

/// Copies the data folder of a new server of this name and version to `to`, which then belongs to `account`. `make`
/// makes one at the path it is given.
pub(super) fn copy_of_new(name: &str, to: &Path, account: Option<&Account>, make: impl FnOnce(&Path)) {
    let kept = kept(name);
    if !kept.exists() {
        let dir = TempDir::new().expect("a temporary folder");
        if let Some(account) = account {
            account.own(dir.path());
        }
        let made = dir.path().join("data");
        make(&made);
        let folder = kept.parent().expect("what is kept is in a folder");
        std::fs::create_dir_all(folder).expect("a folder beside the test program can be made");
        let half = TempDir::new_in(folder).expect("a folder beside the test program can be made");
        copy(&made, &half.path().join("data"));
        // Another test may have been first, with the same outcome.
        let _ = std::fs::rename(half.path().join("data"), &kept);
    }
    copy(&kept, to);
    if let Some(account) = account {
        account.own(to);
    }
}

/// Beside the test program, so that `cargo clean` takes it away.
fn kept(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    program.with_file_name("databases").join(name)
}

fn copy(from: &Path, to: &Path) {
    run(Command::new("cp").arg("-a").arg(from).arg(to));
}

/// Runs a command to its end.
///
/// # Panics
/// If it fails, with what it said.
pub(super) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?} failed: {}{}", said(&output.stdout), said(&output.stderr));
    said(&output.stdout)
}
