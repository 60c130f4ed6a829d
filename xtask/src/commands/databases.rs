//! Database servers for a run of tests: without them each test starts its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::process::{self, ProcessError};
use crate::workspace::Workspace;

/// The program of the test support that starts the servers, names each in a line `VARIABLE=URL` before an empty one,
/// and ends them when its input ends.
const PROGRAM: &str = "portolan-test-databases";

/// The servers; dropping it ends them.
#[derive(Debug, Default)]
pub(crate) struct Databases {
    program: Option<Child>,
    variables: Vec<(String, String)>,
}

impl Databases {
    /// Starts the servers that are installed.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self, ProcessError> {
        process::run(process::cargo(&workspace.root).args(["build", "--workspace", "--bin", PROGRAM]))?;
        let mut command = Command::new(workspace.target.join("debug").join(PROGRAM));
        let mut program = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| ProcessError::Start { line: PROGRAM.to_owned(), source })?;
        let lines = program.stdout.take().map(|said| BufReader::new(said).lines());
        let variables = lines
            .into_iter()
            .flatten()
            .map_while(Result::ok)
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once('=').map(|(name, url)| (name.to_owned(), url.to_owned())))
            .collect();
        Ok(Self { program: Some(program), variables })
    }

    /// What tells the tests where the servers are.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, url)| (name.as_str(), url.as_str()))
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        if let Some(program) = &mut self.program {
            drop(program.stdin.take());
            // It has been waited for before, or ends now.
            let _ = program.wait();
        }
    }
}
