//! Licences, banned crates and sources, by `cargo-deny`, which is built from its source where it is missing.

use std::path::PathBuf;
use std::process::Command;

use crate::process::{self, ProcessError};
use crate::say;
use crate::workspace::Workspace;

/// The version that is built; `deny.toml` is written in its format.
const VERSION: &str = "0.20.2";

/// Runs the checks of `deny.toml`. Advisories are left out: they are fetched from a place that CI may not
/// reach, and a new one is no fault of the change at hand.
pub(crate) fn check(workspace: &Workspace) -> Result<(), ProcessError> {
    let program = match process::find("cargo-deny") {
        Some(program) => program,
        None => build(workspace)?,
    };
    let mut deny = Command::new(program);
    deny.current_dir(&workspace.root);
    process::run(deny.args(["--workspace", "--locked", "check", "bans", "licenses", "sources"]))
}

/// Builds the program below the target folder, unless an earlier run did. Unoptimised, because it takes a
/// minute instead of many and runs once.
fn build(workspace: &Workspace) -> Result<PathBuf, ProcessError> {
    let folder = workspace.target.join(format!("tools/cargo-deny-{VERSION}"));
    let program = folder.join("bin/cargo-deny");
    if program.is_file() {
        return Ok(program);
    }
    say::line(format_args!("building cargo-deny {VERSION}, once"));
    let mut install = process::cargo(&workspace.root);
    install
        .args(["install", "--quiet", "--locked", "cargo-deny", "--version", VERSION])
        .arg("--root")
        .arg(&folder)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    process::run(&mut install)?;
    Ok(program)
}
