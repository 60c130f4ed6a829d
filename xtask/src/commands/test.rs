//! `cargo xtask test`: all tests, on a fresh machine too.

use super::databases::Databases;
use super::setup;
use super::xtask::Error;
use crate::process::ProcessError;
use crate::workspace::Workspace;
use crate::{process, say};

/// Arguments of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// Passed on to `cargo nextest run` (or `cargo test`), for example `-p portolan-oci digest`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Test {
    /// Installs what peers are missing, then runs documentation tests and all others. Away from CI a peer
    /// that cannot be installed is only named: the tests that need it skip themselves.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<(), Error> {
        if let Err(error) = setup::install() {
            if setup::in_ci() {
                return Err(error.into());
            }
            say::line(format_args!("warning: {error}; tests that need them are skipped"));
        }
        // A few chosen tests are faster with their own than with building these.
        let databases =
            if self.chooses_packages() { Databases::default() } else { Databases::start(workspace)? };
        let mut command = process::cargo(&workspace.root);
        command.envs(databases.variables());
        if process::find("cargo-nextest").is_some() {
            // nextest leaves documentation tests out; a chosen few tests are not among them.
            if self.arguments.is_empty() {
                process::run(process::cargo(&workspace.root).args(["test", "--doc", "--workspace"]))?;
            }
            command.args(["nextest", "run"]);
            if setup::in_ci() {
                // Who reads what came of it wants to know of all that fails, not of the first.
                command.arg("--no-fail-fast");
            }
        } else {
            command.arg("test");
        }
        if !self.chooses_packages() {
            command.arg("--workspace");
        }
        process::run(command.args(&self.arguments))?;
        Ok(())
    }

    fn chooses_packages(&self) -> bool {
        self.arguments.iter().any(|argument| argument.starts_with("-p") || argument.starts_with("--package"))
    }
}

/// Runs the tests that were written for Docker's registry with our own in its place: those of mirrors, and those of
/// what goes wrong on the way.
pub(crate) fn with_our_registry(workspace: &Workspace) -> Result<(), ProcessError> {
    let cargo = |arguments: &[&str]| {
        let mut command = process::cargo(&workspace.root);
        command.args(arguments);
        command
    };
    // With the features that all packages have together: nothing is built a second time.
    process::run(&mut cargo(&["build", "--workspace", "--bins"]))?;
    let program = workspace.target.join("debug/portolan");
    let run = |arguments: &[&str]| process::run(cargo(arguments).env("PORTOLAN_TEST_REGISTRY", &program));
    if process::find("cargo-nextest").is_some() {
        let tests = "(package(portolan-sync) & binary(it)) | (package(portolan-e2e) & test(/^faults::/))";
        return run(&["nextest", "run", "--workspace", "-E", tests]);
    }
    run(&["test", "-p", "portolan-sync", "--test", "it"])?;
    run(&["test", "-p", "portolan-e2e", "--test", "it", "faults::"])
}
