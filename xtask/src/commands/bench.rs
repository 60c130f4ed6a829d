//! `cargo xtask bench`: the benchmark, with everything built as it is released.

use super::xtask::Error;
use crate::process;
use crate::workspace::Workspace;

/// Arguments of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// Passed on to `portolan-bench`; `--help` lists what it takes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Bench {
    /// Builds the program and the benchmark, and runs it with `PORTOLAN_BIN` set to the program.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<(), Error> {
        let mut build = process::cargo(&workspace.root);
        process::run(build.args([
            "build",
            "--release",
            "--package=portolan-cli",
            "--package=portolan-bench",
        ]))?;
        let release = workspace.target.join("release");
        let mut bench = std::process::Command::new(release.join("portolan-bench"));
        bench.current_dir(&workspace.root).env("PORTOLAN_BIN", release.join("portolan"));
        process::run(bench.args(self.arguments))?;
        Ok(())
    }
}
