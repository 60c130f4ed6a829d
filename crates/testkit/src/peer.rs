//! Finding other people's programs, and running them as daemons that end with the test.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, geteuid, kill_process};

/// Finds a program on `PATH`.
///
/// A missing peer is a failure where the environment says `CI`; elsewhere one line says what to install, and
/// the test is meant to return early.
pub fn require(program: &str) -> Option<PathBuf> {
    let found = find(program);
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{program} is not on PATH: run `cargo xtask setup`");
        println!("skipped: {program} is not on PATH; `cargo xtask setup` installs it");
    }
    found
}

/// Finds a program on `PATH`, and has nothing to say where it is missing.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_executable(file))
}

/// As [`require`], for a program that lies in this folder if it is not on `PATH`: those of administrators often are
/// not.
pub(crate) fn require_also_in(program: &str, folder: &str) -> Option<PathBuf> {
    let there = Path::new(folder).join(program);
    if is_executable(&there) { Some(there) } else { require(program) }
}

/// Nothing, and a line that says so, where we are not root, as this program has to be.
pub(crate) fn require_root(program: &str) -> Option<()> {
    if geteuid().is_root() {
        return Some(());
    }
    println!("skipped: {program} starts only for root");
    None
}

/// An account of the system that a server has, where we are root and it must not be.
#[derive(Debug, Clone)]
pub(crate) struct Account(&'static str);

impl Account {
    /// The account of that name, if we are root.
    pub(crate) fn instead_of_root(name: &'static str) -> Option<Self> {
        geteuid().is_root().then_some(Self(name))
    }

    /// Gives it the folder with all that is in it.
    pub(crate) fn own(&self, folder: &Path) {
        let done = Command::new("chown").args(["-R", self.0]).arg(folder).status();
        assert!(done.is_ok_and(|status| status.success()), "the files cannot be given to {}", self.0);
    }

    /// The program as this account; it is killed when the thread ends that starts it.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", self.0, "--regid", self.0, "--clear-groups", "--pdeathsig", "QUIT", "--"]);
        command.arg(program);
        command
    }
}

fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// A server process; it is killed by its id, and waited for, when this value is dropped.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    log: PathBuf,
    end: Signal,
}

impl Daemon {
    /// Starts `command` with both of its outputs going to `log`.
    pub(crate) fn spawn(command: &mut Command, log: PathBuf) -> Self {
        let out = File::create(&log).expect("the log file can be created");
        let err = out.try_clone().expect("the log file can be shared");
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn();
        let child = child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        Self { child, log, end: Signal::KILL }
    }

    /// Ends it by this signal instead, which it must obey.
    pub(crate) fn ended_by(mut self, end: Signal) -> Self {
        self.end = end;
        self
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything the process has printed.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until `ready` finds what it looks for in the log.
    ///
    /// Panics with the log when the process ends first or takes longer than 30 seconds.
    pub(crate) async fn wait_for<T>(&mut self, ready: impl Fn(&str) -> Option<T>) -> T {
        for _ in 0..3000 {
            let log = self.log();
            if let Some(found) = ready(&log) {
                return found;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the server ended at once ({status}); its log:\n{}", self.log());
            }
            // The only sign of readiness is a line in the log, and a file cannot be awaited.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the server is not ready after 30 s; its log:\n{}", self.log());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Both fail only when the process has ended already.
        let _ = kill_process(Pid::from_child(&self.child), self.end);
        let _ = self.child.wait();
    }
}
