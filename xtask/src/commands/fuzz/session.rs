//! One fuzzer at work.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::FuzzError;
use super::build::folder;
use crate::process;
use crate::workspace::Workspace;

/// MiB that a fuzzer may take: parsers that need more for a few bytes do not hold.
const MEMORY: u32 = 1024;

/// Seconds that one input may take.
const PATIENCE: u32 = 10;

/// A fuzzer with its folders.
#[derive(Debug)]
pub(super) struct Session {
    target: String,
    program: PathBuf,
    /// Inputs that are committed.
    seeds: PathBuf,
    /// Inputs that were found here, which the next run begins with.
    inputs: PathBuf,
    artifacts: PathBuf,
    log: PathBuf,
}

/// What a fuzzer did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) target: String,
    pub(super) executions: u64,
    /// Places and comparisons that were seen, libFuzzer's measure of coverage.
    pub(super) features: u64,
    /// Inputs that brought something new.
    pub(super) new_inputs: u64,
    /// What it ended with, if not with its time.
    failure: Option<Failure>,
}

#[derive(Debug, PartialEq, Eq)]
struct Failure {
    /// Where the input is; a fuzzer that does not start has none.
    artifact: Option<String>,
    log: PathBuf,
}

impl Session {
    /// Makes its folders.
    pub(super) fn prepare(workspace: &Workspace, programs: &Path, target: String) -> Result<Self, FuzzError> {
        let folder = |kind: &str| -> Result<PathBuf, FuzzError> {
            let path = folder(workspace).join(kind).join(&target);
            fs::create_dir_all(&path).map_err(FuzzError::io(&path))?;
            Ok(path)
        };
        Ok(Self {
            program: programs.join(&target),
            seeds: workspace.root.join("fuzz/corpus").join(&target),
            inputs: folder("corpus")?,
            log: folder("logs")?.join("last"),
            artifacts: folder("artifacts")?,
            target,
        })
    }

    /// Runs it until its time is over or it has found something.
    pub(super) fn run(self, seconds: u32) -> Result<Report, FuzzError> {
        let log = File::create(&self.log).map_err(FuzzError::io(&self.log))?;
        let mut command = Command::new(&self.program);
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .arg(format!("-timeout={PATIENCE}"))
            .arg(format!("-artifact_prefix={}/", self.artifacts.display()))
            .arg("-print_final_stats=1")
            .args([&self.inputs, &self.seeds])
            .stderr(log);
        let status = process::status(&mut command)?;
        let said = fs::read(&self.log).map_err(FuzzError::io(&self.log))?;
        let said = String::from_utf8_lossy(&said);
        let mut report = Report::read(self.target, &said);
        if !status.success() {
            report.failure = Some(Failure { artifact: artifact(&said), log: self.log });
        }
        Ok(report)
    }
}

impl Report {
    /// Reads it from what the fuzzer said.
    pub(super) fn read(target: String, said: &str) -> Self {
        let last = |name: &str| {
            let mut values = said.lines().filter_map(|line| line.split_once(name)).map(|(_, rest)| rest);
            let value = values.next_back().and_then(|rest| rest.split_whitespace().next());
            value.and_then(|value| value.parse().ok()).unwrap_or_default()
        };
        Self {
            target,
            executions: last("stat::number_of_executed_units:"),
            features: last(" ft: "),
            new_inputs: last("stat::new_units_added:"),
            failure: None,
        }
    }

    /// What was found, and where more is said about it.
    pub(super) fn found(&self) -> Option<String> {
        let Failure { artifact, log } = self.failure.as_ref()?;
        let input = artifact.as_deref().unwrap_or("no input");
        Some(format!("{}: {input} (see {})", self.target, log.display()))
    }
}

/// The file with the input at which a fuzzer stopped.
pub(super) fn artifact(said: &str) -> Option<String> {
    let line = said.lines().find_map(|line| line.split_once("Test unit written to "))?;
    Some(line.1.trim().to_owned())
}
