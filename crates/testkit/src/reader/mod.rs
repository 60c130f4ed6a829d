//! Other people's programs as independent readers: skopeo, podman and buildah, and the engines of Docker and containerd.
//!
//! Each method runs one command and gives back all that it said; what that means is the test's to judge.

mod buildah;
mod containerd;
mod docker;
mod podman;
mod skopeo;

pub use buildah::Buildah;
pub use containerd::Containerd;
pub use docker::Docker;
pub use podman::Podman;
pub use skopeo::Skopeo;

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// How a command ended, and what it printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

impl Outcome {
    /// Whether the exit code is 0.
    pub fn is_ok(&self) -> bool {
        self.code == Some(0)
    }

    /// The same outcome; panics with what was printed when the exit code is not 0.
    pub fn expect_ok(self) -> Self {
        assert!(self.is_ok(), "exit code {:?}: {}", self.code, self.stderr);
        self
    }

    /// Standard output as text without the white space around it.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim().to_owned()
    }
}

/// Runs `program`, which is killed if the future is dropped.
async fn run<A: AsRef<OsStr>>(program: &Path, arguments: &[A], environment: &[(&str, &Path)]) -> Outcome {
    let mut command = Command::new(program);
    command.args(arguments).envs(environment.iter().copied()).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.expect("the program starts");
    Outcome {
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
