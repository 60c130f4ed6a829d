//! What a client costs: its wall time, CPU time and peak memory, told by the kernel.
//!
//! The kernel adds up what a process's children used, and a child that was just started counts the memory of
//! its parent for its own. So the clients run below a small process of their own, one for each measurement:
//! this program once more, which starts the commands in turn and does nothing else.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;

/// A program and its arguments.
pub(crate) type CommandLine = Vec<String>;

/// What some commands, one after the other, used in all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Usage {
    /// From the start of each to its end.
    pub(crate) wall_seconds: f64,
    /// User and system time of all threads and children.
    pub(crate) cpu_seconds: f64,
    /// The resident memory of the largest at its peak.
    pub(crate) peak_mib: f64,
}

/// Nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MeasureError {
    /// The process or its pipes broke.
    #[error("the measuring process cannot be used")]
    Process(#[from] std::io::Error),
    /// What came over the pipe is not what was agreed.
    #[error("the measuring process was misunderstood")]
    Words(#[from] serde_json::Error),
    /// A command ended with an error.
    #[error("`{command}` failed: {said}")]
    Failed {
        /// The whole command line.
        command: String,
        /// The end of what it said.
        said: String,
    },
    /// What the measuring process said of such an error.
    #[error("{0}")]
    Said(String),
    /// The kernel does not tell.
    #[error("the kernel does not tell what a process used")]
    Kernel(#[from] nix::Error),
}

/// Runs `commands` in turn with `home` for all files that they keep, and says what they used.
pub(crate) async fn run(commands: &[CommandLine], home: &Path) -> Result<Usage, MeasureError> {
    let mut process = tokio::process::Command::new(std::env::current_exe()?);
    process.arg("measure").env_clear().env("HOME", home).kill_on_drop(true);
    process.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let mut child = process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(&serde_json::to_vec(commands)?).await?;
    }
    let output = child.wait_with_output().await?;
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout)?);
    }
    let said = tail(&String::from_utf8_lossy(&output.stderr));
    Err(MeasureError::Said(said.strip_prefix("error: ").unwrap_or(&said).to_owned()))
}

/// The other side: reads the commands, runs them, prints a [`Usage`].
pub(crate) fn serve() -> Result<(), MeasureError> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let commands: Vec<CommandLine> = serde_json::from_str(&text)?;
    let mut wall = Duration::ZERO;
    for command in &commands {
        wall += time(command)?;
    }
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let usage = Usage {
        wall_seconds: wall.as_secs_f64(),
        cpu_seconds: seconds(used.user_time()) + seconds(used.system_time()),
        peak_mib: used.max_rss() as f64 / 1024.0,
    };
    serde_json::to_writer(std::io::stdout(), &usage)?;
    Ok(())
}

fn time(line: &CommandLine) -> Result<Duration, MeasureError> {
    let [program, arguments @ ..] = line.as_slice() else { return Ok(Duration::ZERO) };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let output = command.spawn()?.wait_with_output()?;
    let wall = start.elapsed();
    if output.status.success() {
        return Ok(wall);
    }
    let said = tail(&String::from_utf8_lossy(&output.stderr));
    Err(MeasureError::Failed { command: line.join(" "), said })
}

/// The last lines, on one.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join(" / ")
}
