//! A folder with a configuration, and an environment.

use std::fs;
use std::path::PathBuf;

use portolan_config::{Environment, LoadError, Loaded, load};
use tempfile::TempDir;

pub(crate) struct World {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl World {
    pub(crate) fn new(yaml: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
        fs::write(world.path(), yaml).unwrap();
        world.with("HOME", "/home/someone")
    }

    pub(crate) fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("portolan.yaml")
    }

    pub(crate) fn environment(&self) -> Environment {
        self.variables.iter().cloned().collect()
    }

    pub(crate) fn load(&self) -> Result<Loaded, LoadError> {
        load(Some(&self.path()), &self.environment())
    }

    /// What is said about a configuration that is wrong.
    pub(crate) fn errors(&self) -> String {
        self.plain(&self.load().unwrap_err().to_string())
    }

    /// What is in force.
    pub(crate) fn shown(&self) -> String {
        self.plain(&self.load().unwrap().show())
    }

    /// A text without the name of the folder.
    pub(crate) fn plain(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }
}
