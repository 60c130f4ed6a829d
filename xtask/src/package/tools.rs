//! Programs that only packaging needs, installed below `target` when they are first wanted.

use std::path::PathBuf;

use crate::process::{self, ProcessError};
use crate::workspace::Workspace;

/// A program from the registry of Rust packages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

impl Tool {
    /// Where it is; installed now if it is not there.
    pub(super) fn find(self, workspace: &Workspace) -> Result<PathBuf, ProcessError> {
        let root = workspace.target.join("tools").join(format!("{}-{}", self.name, self.version));
        let program = root.join("bin").join(self.name);
        if !program.is_file() {
            let mut install = process::cargo(&workspace.root);
            install.args(["install", "--quiet", "--locked", "--version", self.version, "--root"]);
            process::run(install.arg(root).arg(self.name))?;
        }
        Ok(program)
    }
}
