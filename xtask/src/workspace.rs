//! The workspace as cargo describes it.

use std::path::PathBuf;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Cargo could not describe the workspace.
#[derive(Debug, thiserror::Error)]
#[error("cargo cannot describe the workspace")]
pub(crate) struct WorkspaceError(#[from] cargo_metadata::Error);

/// Folders and crates of the workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The repository's folder.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    metadata: Metadata,
}

/// One crate of the workspace names another in its `Cargo.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// The crate that imports, as its folder is named.
    pub(crate) from: String,
    /// The crate that is imported.
    pub(crate) to: String,
    /// For the crate itself, its tests or its build script.
    pub(crate) kind: DependencyKind,
}

impl Workspace {
    /// Asks cargo, which needs no network for it.
    pub(crate) fn find() -> Result<Self, WorkspaceError> {
        let metadata = MetadataCommand::new().no_deps().exec()?;
        Ok(Self {
            root: metadata.workspace_root.clone().into(),
            target: metadata.target_directory.clone().into(),
            metadata,
        })
    }

    /// What cargo says of one package.
    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.metadata.packages.iter().find(|package| package.name == name)
    }

    /// The crates' names without the prefix `portolan-`.
    pub(crate) fn crates(&self) -> Vec<String> {
        self.metadata.packages.iter().map(|package| short_name(&package.name)).collect()
    }

    /// What the crates import of each other.
    pub(crate) fn imports(&self) -> Vec<Import> {
        let crates = self.crates();
        let mut imports = Vec::new();
        for package in &self.metadata.packages {
            for dependency in &package.dependencies {
                let to = short_name(&dependency.name);
                if dependency.path.is_some() && crates.contains(&to) {
                    imports.push(Import { from: short_name(&package.name), to, kind: dependency.kind });
                }
            }
        }
        imports
    }
}

fn short_name(package: &str) -> String {
    package.strip_prefix("portolan-").unwrap_or(package).to_owned()
}
