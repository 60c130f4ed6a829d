//! Other programs, run in the foreground with what they print passed through.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::{env, io};

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// It could not be started; most likely it is not installed.
    #[error("`{line}` cannot be started")]
    Start {
        /// The command line.
        line: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It ran and said no.
    #[error("`{line}` failed: {status}")]
    Failed {
        /// The command line.
        line: String,
        /// Its exit code or signal.
        status: ExitStatus,
    },
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), ProcessError> {
    let status = status(command)?;
    if status.success() { Ok(()) } else { Err(ProcessError::Failed { line: command_line(command), status }) }
}

/// Runs a command to its end, whatever that is.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus, ProcessError> {
    command.status().map_err(|source| ProcessError::Start { line: command_line(command), source })
}

/// Runs a command to its end and takes what it writes to stdout.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>, ProcessError> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| ProcessError::Start { line: command_line(command), source })?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(ProcessError::Failed { line: command_line(command), status: output.status })
    }
}

/// The cargo that runs this chore, in `folder`.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}

/// Where a program lies on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn command_line(command: &Command) -> String {
    let mut line = Path::new(command.get_program())
        .file_name()
        .unwrap_or_else(|| command.get_program())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
