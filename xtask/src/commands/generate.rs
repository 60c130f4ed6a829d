//! `cargo xtask generate`: committed files that the program itself prints.

use std::path::PathBuf;
use std::{fs, io};

use crate::process::{self, ProcessError};
use crate::say;
use crate::workspace::Workspace;

/// Arguments of `portolan`, and the file that holds what it prints for them.
type Generated = (&'static [&'static str], &'static str);

/// Every committed file that `portolan` generates. CI fails if one is not what the program prints.
const GENERATED: &[Generated] = &[
    (&["config", "reference"], "docs/src/configuration-reference.md"),
    (&["config", "schema"], "docs/src/portolan.schema.json"),
    (&["openapi"], "docs/src/openapi.json"),
];

/// Why a generated file is not as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GenerateError {
    /// The file is older than the program.
    #[error("{0} is not what the program prints; run `cargo xtask generate` and commit it")]
    Stale(&'static str),
    /// The file cannot be written.
    #[error("{path} cannot be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The program does not run.
    #[error(transparent)]
    Program(#[from] ProcessError),
}

/// Writes every generated file.
pub(crate) fn write(workspace: &Workspace) -> Result<(), GenerateError> {
    for (arguments, file) in GENERATED {
        let path = workspace.root.join(file);
        let text = print(workspace, arguments)?;
        fs::write(&path, text).map_err(|source| GenerateError::Write { path, source })?;
        say::line(format_args!("wrote {file}"));
    }
    Ok(())
}

/// Compares every generated file with what the program prints.
pub(crate) fn check(workspace: &Workspace) -> Result<(), GenerateError> {
    for (arguments, file) in GENERATED {
        let printed = print(workspace, arguments)?;
        if fs::read(workspace.root.join(file)).ok() != Some(printed) {
            return Err(GenerateError::Stale(file));
        }
    }
    Ok(())
}

fn print(workspace: &Workspace, arguments: &[&str]) -> Result<Vec<u8>, ProcessError> {
    let mut command = process::cargo(&workspace.root);
    command.args(["run", "--quiet", "--package=portolan-cli", "--"]).args(arguments);
    process::output(&mut command)
}
