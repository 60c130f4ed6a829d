//! A home of its own for each test, and the program in it.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

const PORTOLAN: &str = env!("CARGO_BIN_EXE_portolan");

/// A folder that is home, working folder and everything else to the program.
pub(crate) struct Sandbox {
    folder: TempDir,
    variables: Vec<(String, String)>,
    /// What snapshots must not show, and what they show in its place.
    redactions: Vec<(String, String)>,
}

impl Sandbox {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let real = folder.path().canonicalize().unwrap();
        let redactions = vec![(real.display().to_string(), "[DIR]".to_owned())];
        Self { folder, variables: Vec::new(), redactions }
    }

    /// One with the examples of this repository.
    pub(crate) fn with_examples() -> Self {
        let sandbox = Self::new();
        copy_folder(&repository().join("examples"), &sandbox.path("examples"));
        sandbox
    }

    /// A path in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Snapshots show `name` in place of `text`.
    pub(crate) fn redact(&mut self, text: impl Into<String>, name: &str) {
        self.redactions.push((text.into(), name.to_owned()));
    }

    /// The program gets this variable.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The program, ready to be run.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(PORTOLAN);
        command.args(arguments);
        self.put_into(&mut command);
        command
    }

    /// A line for the shell, in which the program is `portolan`. Both outputs are one, as on a terminal.
    pub(crate) fn shell(&self, line: &str) -> String {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec 2>&1\n{line}")]);
        self.put_into(&mut command);
        let mut folders = vec![self.path("bin")];
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        command.env("PATH", std::env::join_paths(folders).unwrap());
        fs::create_dir_all(self.path("bin")).unwrap();
        let program = self.path("bin/portolan");
        if !program.exists() {
            std::os::unix::fs::symlink(PORTOLAN, program).unwrap();
        }
        let output = command.output().unwrap();
        self.redacted(&String::from_utf8(output.stdout).unwrap())
    }

    fn put_into(&self, command: &mut Command) {
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("COLUMNS", "100")
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("CONTAINERS_REGISTRIES_CONF", self.path("registries.conf"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
    }

    /// Runs the program; the arguments are split as a shell does.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_with(line, "")
    }

    /// The same with something on its standard input.
    pub(crate) fn run_with(&self, line: &str, input: &str) -> Ran {
        let arguments = shlex::split(line).unwrap();
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It need not read what it is given.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            line: self.redacted(line),
            code: output.status.code(),
            stdout: self.redacted(&String::from_utf8(output.stdout).unwrap()),
            stderr: self.redacted(&String::from_utf8(output.stderr).unwrap()),
        }
    }

    /// Text as snapshots show it.
    pub(crate) fn redacted(&self, text: &str) -> String {
        self.redactions.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

/// What a run of the program came to.
pub(crate) struct Ran {
    line: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Its standard output; it must have succeeded.
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{self}");
        self.stdout
    }

    /// Its standard error; it must have ended with `code`.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self}");
        self.stderr
    }

    /// Its standard output as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> serde_json::Value {
        let text = self.stdout;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }
}

/// All of it, for snapshots.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$ portolan {}\n{}", self.line, self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
        }
        match self.code {
            Some(0) => Ok(()),
            Some(code) => writeln!(f, "--- exit code {code}"),
            None => writeln!(f, "--- killed"),
        }
    }
}

/// The root of this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
