//! The RPM.

use std::path::PathBuf;
use std::process::Command;

use super::tools::Tool;
use super::{FOLDER, PackageError};
use crate::process;
use crate::workspace::Workspace;

const CARGO_GENERATE_RPM: Tool = Tool { name: "cargo-generate-rpm", version: "0.21.1" };

/// Builds it of what was staged, and returns where it is.
pub(crate) fn rpm(workspace: &Workspace) -> Result<PathBuf, PackageError> {
    let path = workspace.root.join(FOLDER).join("portolan.rpm");
    let mut command = Command::new(CARGO_GENERATE_RPM.find(workspace)?);
    command.current_dir(&workspace.root);
    // What it depends on is found by `ldd`, whether or not this machine has the tools of a distribution with RPMs.
    command.args(["generate-rpm", "--package=crates/cli", "--auto-req=builtin", "--output"]);
    process::run(command.arg(&path))?;
    Ok(path)
}
