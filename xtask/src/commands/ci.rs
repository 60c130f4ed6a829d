//! `cargo xtask ci`: every check that a change has to pass, with the time that each took.

use std::process::Command;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::xtask::Error;
use super::{floors, generate, package, setup, test};
use crate::checks::{deny, links};
use crate::workspace::Workspace;
use crate::{process, say};

/// How long all stages together should take on a new machine with two cores. A change that goes over it makes
/// everyone wait: make the slow stage faster before raising this. It is said and fails nothing, as the same change
/// takes twice as long where neighbours are busy.
const BUDGET: Duration = Duration::from_secs(30 * 60);

/// The stages, in the order in which they run: what fails fast and often comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// rustfmt would change nothing
    Fmt,
    /// Crates import only from floors below
    Floors,
    /// Pages are in the summary, relative links lead somewhere
    Links,
    /// clippy has nothing to say
    Clippy,
    /// The API documentation builds without warnings
    Docs,
    /// Licences, banned crates and sources of dependencies
    Deny,
    /// The peers that tests need are installed
    Setup,
    /// All tests, by the README's command
    Test,
    /// The tests of mirrors and of faults once more, with our own registry in place of Docker's
    Ours,
    /// The Debian package is installed, its service killed, stopped and upgraded, and it is removed
    Package,
    /// Committed generated files are what the program prints
    Generated,
}

/// Why CI is not content.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CiError {
    /// A stage failed; those after it did not run.
    #[error("stage {stage} failed")]
    Stage {
        /// Its name.
        stage: String,
        /// What went wrong.
        #[source]
        source: Box<Error>,
    },
}

/// Arguments of `cargo xtask ci`.
#[derive(Debug, clap::Args)]
pub(crate) struct Ci {
    /// Run only this stage (can be given several times)
    #[arg(long, value_name = "STAGE")]
    only: Vec<Stage>,
}

impl Ci {
    /// Runs the stages, stops at the first that fails, and prints the times of those that ran.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<(), CiError> {
        let mut times = Vec::new();
        let outcome = self.stages().into_iter().try_for_each(|stage| {
            say::line(format_args!("\n== {} ==", stage.name()));
            let start = Instant::now();
            let outcome = stage.run(workspace);
            times.push((stage, start.elapsed()));
            outcome.map_err(|source| CiError::Stage { stage: stage.name(), source: Box::new(source) })
        });
        let total = times.iter().map(|(_, time)| *time).sum();
        say::line(format_args!("\n{}", table(&times, total)));
        outcome
    }

    fn stages(&self) -> Vec<Stage> {
        let all = Stage::value_variants().iter().copied();
        all.filter(|stage| self.only.is_empty() || self.only.contains(stage)).collect()
    }
}

impl Stage {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn run(self, workspace: &Workspace) -> Result<(), Error> {
        let cargo = |arguments: &[&str]| -> Command {
            let mut command = process::cargo(&workspace.root);
            command.args(arguments);
            command
        };
        match self {
            Self::Fmt => {
                process::run(&mut cargo(&["fmt", "--all", "--check"]))?;
                process::run(&mut cargo(&["fmt", "--manifest-path=fuzz/Cargo.toml", "--check"]))?;
            }
            Self::Floors => floors::run(workspace)?,
            Self::Links => links::check(&workspace.root)?,
            Self::Clippy => process::run(&mut cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-Dwarnings",
            ]))?,
            Self::Docs => process::run(
                cargo(&["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-Dwarnings"),
            )?,
            Self::Deny => deny::check(workspace)?,
            Self::Setup => setup::install()?,
            Self::Test => process::run(cargo(&["xtask", "test"]).env("CI", "true"))?,
            Self::Ours => test::with_our_registry(workspace)?,
            Self::Package => package::test(workspace)?,
            Self::Generated => generate::check(workspace)?,
        }
        Ok(())
    }
}

fn table(times: &[(Stage, Duration)], total: Duration) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (stage, time) in times {
        lines.push(format!("{:<10} {:>7.1} s", stage.name(), time.as_secs_f64()));
    }
    let over = if total > BUDGET { ", which is over the budget" } else { "" };
    lines.push(format!("{:<10} {:>7.1} s of {} s{over}", "total", total.as_secs_f64(), BUDGET.as_secs()));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_chooses_stages_and_keeps_their_order() {
        let ci = Ci { only: vec![Stage::Test, Stage::Fmt] };
        assert_eq!(ci.stages(), [Stage::Fmt, Stage::Test]);
        assert_eq!(Ci { only: Vec::new() }.stages(), Stage::value_variants());
    }

    #[test]
    fn the_table_has_a_line_a_stage_and_a_total() {
        let times = [(Stage::Fmt, Duration::from_millis(1230)), (Stage::Test, Duration::from_secs(100))];
        assert_eq!(
            table(&times, Duration::from_millis(101_230)),
            "fmt            1.2 s\ntest         100.0 s\ntotal        101.2 s of 1800 s"
        );
        let slow = table(&[], BUDGET + Duration::from_secs(1));
        assert_eq!(slow, "total       1801.0 s of 1800 s, which is over the budget");
    }
}
