//! Building the fuzzers.

use std::path::PathBuf;
use std::process::Command;

use super::FuzzError;
use crate::process::{self, ProcessError};
use crate::workspace::Workspace;

/// What makes a program tell libFuzzer where it has been and what it has compared. It is LLVM's, so every compiler of Rust
/// has it. No sanitizer is needed: there is no unsafe code.
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Builds these fuzzers; the folder in which they are.
pub(super) fn build(workspace: &Workspace, targets: &[String]) -> Result<PathBuf, FuzzError> {
    let host = host()?;
    let mut cargo = process::cargo(&workspace.root);
    // With a target named, build scripts and macros get no flags: they could not be linked.
    cargo.args(["build", "--manifest-path=fuzz/Cargo.toml", "--target", &host]);
    cargo.arg("--target-dir").arg(folder(workspace));
    cargo.args(targets.iter().flat_map(|target| ["--bin", target]));
    process::run(cargo.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f")))?;
    Ok(folder(workspace).join(host).join("debug"))
}

/// Where all that fuzzing leaves behind lies.
pub(super) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("fuzz")
}

/// What the compiler calls this machine.
fn host() -> Result<String, ProcessError> {
    let said = process::output(Command::new("rustc").arg("-vV"))?;
    let said = String::from_utf8_lossy(&said);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.unwrap_or_default().to_owned())
}
