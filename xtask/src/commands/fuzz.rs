//! `cargo xtask fuzz`: each fuzzer for a while, with what plain cargo and a C++ compiler can build.

mod build;
mod session;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::builder::RangedU64ValueParser;

use self::build::build;
use self::session::{Report, Session};
use crate::process::ProcessError;
use crate::say;
use crate::workspace::Workspace;

/// Arguments of `cargo xtask fuzz`.
#[derive(Debug, clap::Args)]
pub(crate) struct Fuzz {
    /// Run only these, by the names of the files in `fuzz/fuzz_targets`
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// How many seconds each runs
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = RangedU64ValueParser::<u32>::new().range(1..))]
    seconds: u32,
}

/// Why fuzzing ended badly.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FuzzError {
    /// Not one of the targets.
    #[error("there is no fuzzer {name} (there are {known})")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// Inputs that a parser did not survive.
    #[error("a parser does not hold; mend it, and put the input into its corpus:\n       {}", list(.0))]
    Found(Vec<String>),
    /// A file or folder of the fuzzers cannot be used.
    #[error("{path} cannot be used")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The fuzzers cannot be built or started.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

impl FuzzError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

impl Fuzz {
    /// Builds the fuzzers, runs one after the other, and says what each did; one that finds something keeps no other from
    /// its turn.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<(), FuzzError> {
        let targets = chosen(self.targets, &known(workspace)?)?;
        let programs = build(workspace, &targets)?;
        let mut reports = Vec::new();
        for target in targets {
            say::line(format_args!("{target}: {} s", self.seconds));
            let report = Session::prepare(workspace, &programs, target)?.run(self.seconds)?;
            reports.push(report);
        }
        say::line(format_args!("\n{}", table(&reports)));
        let found: Vec<String> = reports.iter().filter_map(Report::found).collect();
        if found.is_empty() { Ok(()) } else { Err(FuzzError::Found(found)) }
    }
}

/// The fuzzers that there are, in the order of their names.
fn known(workspace: &Workspace) -> Result<Vec<String>, FuzzError> {
    let folder = workspace.root.join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).map_err(FuzzError::io(&folder))?;
    let files: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
    let stems = files.iter().filter_map(|file| file.file_stem());
    let mut names: Vec<String> = stems.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn chosen(asked: Vec<String>, known: &[String]) -> Result<Vec<String>, FuzzError> {
    if asked.is_empty() {
        return Ok(known.to_vec());
    }
    match asked.iter().find(|name| !known.contains(name)) {
        Some(name) => Err(FuzzError::Unknown { name: name.clone(), known: known.join(", ") }),
        None => Ok(asked),
    }
}

fn table(reports: &[Report]) -> String {
    let head = format!("{:<16} {:>12} {:>9} {:>11}", "target", "executions", "features", "new inputs");
    let lines = reports.iter().map(|report| {
        let Report { target, executions, features, new_inputs, .. } = report;
        format!("{target:<16} {executions:>12} {features:>9} {new_inputs:>11}")
    });
    [head].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn list(found: &[String]) -> String {
    found.join("\n       ")
}
