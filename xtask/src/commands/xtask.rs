//! The command line of the chores, and what can go wrong in any of them.

use clap::Parser;

use super::{bench, ci, floors, fuzz, generate, package, setup, test};
use crate::workspace::{Workspace, WorkspaceError};

/// Chores of the Portolan workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) enum Xtask {
    /// Install the programs that the tests run against (Debian packages, by apt-get)
    Setup(setup::Setup),
    /// Run all tests; what follows is passed on to the test runner
    Test(test::Test),
    /// Check that each crate imports only from floors below its own
    Floors,
    /// Write the committed files that the program itself generates
    Generate,
    /// Run every check that a change has to pass
    Ci(ci::Ci),
    /// Build for release and measure side by side with the peers found on this machine
    Bench(bench::Bench),
    /// Look for inputs that a parser does not survive, with coverage-guided fuzzers
    Fuzz(fuzz::Fuzz),
    /// Build the Debian package and the RPM, or the container image, or install a package to see that it is well
    Package(package::Package),
}

/// A chore that did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The workspace cannot be read.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// A program failed.
    #[error(transparent)]
    Process(#[from] crate::process::ProcessError),
    /// Peers are missing.
    #[error(transparent)]
    Setup(#[from] setup::SetupError),
    /// A crate imports what it must not.
    #[error(transparent)]
    Floors(#[from] floors::FloorsError),
    /// A committed generated file is old.
    #[error(transparent)]
    Generate(#[from] generate::GenerateError),
    /// CI stopped.
    #[error(transparent)]
    Ci(#[from] ci::CiError),
    /// The documents do not hang together.
    #[error(transparent)]
    Links(#[from] crate::checks::links::LinksError),
    /// A fuzzer found something, or cannot run.
    #[error(transparent)]
    Fuzz(#[from] fuzz::FuzzError),
    /// A package cannot be built, or is not well.
    #[error(transparent)]
    Package(#[from] crate::package::PackageError),
}

impl Xtask {
    /// Does the chore.
    pub(crate) fn run(self) -> Result<(), Error> {
        let workspace = Workspace::find()?;
        match self {
            Self::Setup(setup) => Ok(setup.run()?),
            Self::Test(test) => test.run(&workspace),
            Self::Floors => Ok(floors::run(&workspace)?),
            Self::Generate => Ok(generate::write(&workspace)?),
            Self::Ci(ci) => Ok(ci.run(&workspace)?),
            Self::Bench(bench) => bench.run(&workspace),
            Self::Fuzz(fuzz) => Ok(fuzz.run(&workspace)?),
            Self::Package(package) => Ok(package.run(&workspace)?),
        }
    }
}
