//! The files of the packages that are made: the program, its manual pages, its completions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::PackageError;
use crate::process;
use crate::workspace::Workspace;

/// Where they are laid, below the root of the workspace; `crates/cli/Cargo.toml` names it too.
pub(crate) const FOLDER: &str = "target/package";

/// Which build of the program is packaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// To be given away.
    Release,
    /// To try the package itself.
    Debug,
}

/// Builds the program and lays what it prints of itself beside it.
pub(crate) fn stage(workspace: &Workspace, build: Build) -> Result<(), PackageError> {
    let folder = workspace.root.join(FOLDER);
    let mut cargo = process::cargo(&workspace.root);
    cargo.args(["build", "--locked", "--package=portolan-cli"]);
    let program = match build {
        Build::Release => {
            cargo.arg("--release");
            workspace.target.join("release/portolan")
        }
        Build::Debug => workspace.target.join("debug/portolan"),
    };
    process::run(&mut cargo)?;
    empty(&folder.join("man"))?;
    empty(&folder.join("completions"))?;
    process::run(Command::new("strip").arg("-o").arg(folder.join("portolan")).arg(&program))?;
    process::run(Command::new(&program).args(["man", "--dir"]).arg(folder.join("man")))?;
    for page in files(&folder.join("man"))? {
        process::run(Command::new("gzip").args(["-9", "--no-name", "--force"]).arg(page))?;
    }
    for (shell, file) in [("bash", "portolan"), ("zsh", "_portolan"), ("fish", "portolan.fish")] {
        let script = process::output(Command::new(&program).args(["completions", shell]))?;
        let path = folder.join("completions").join(file);
        fs::write(&path, script).map_err(PackageError::file(&path))?;
    }
    Ok(())
}

/// Makes a folder without anything in it.
pub(super) fn empty(folder: &Path) -> Result<(), PackageError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(PackageError::file(folder))?;
    }
    fs::create_dir_all(folder).map_err(PackageError::file(folder))
}

/// The files of a folder, by name.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, PackageError> {
    let entries = fs::read_dir(folder).map_err(PackageError::file(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(PackageError::file(folder))?;
    paths.sort();
    Ok(paths)
}
