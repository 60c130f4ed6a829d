//! `portolan serve` in a sandbox.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use portolan_testkit::client::Client;
use portolan_testkit::process::Process;

use crate::sandbox::Sandbox;

/// A daemon at a free port; it is killed by its id when this is dropped.
pub(crate) struct Daemon {
    child: Child,
    url: String,
    talk: BufReader<ChildStderr>,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Both fail only when the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Daemon {
    /// Starts it in the sandbox and waits until it listens.
    pub(crate) fn start(sandbox: &Sandbox) -> Self {
        let mut command = sandbox.command(["serve"]);
        Self::of(command.env("PORTOLAN__LISTEN", "127.0.0.1:0"))
    }

    /// Starts another command that listens, and waits until it does.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let talk = BufReader::new(child.stderr.take().unwrap());
        let mut daemon = Self { child, url: String::new(), talk };
        daemon.url = daemon.listening();
        daemon
    }

    fn listening(&mut self) -> String {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            assert!(self.talk.read_line(&mut line).unwrap() > 0, "it does not listen: {said}");
            if let Some(url) = line.trim().strip_prefix("listening at ") {
                return url.to_owned();
            }
            said += &line;
        }
    }

    /// `http://127.0.0.1:PORT`, or with `https`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> &str {
        self.url.split_once("://").unwrap().1
    }

    pub(crate) fn process(&self) -> Process {
        Process::of(self.child.id())
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url)
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end: the exit code, and what it said since it listened.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        let mut said = String::new();
        self.talk.read_to_string(&mut said).unwrap();
        (code, said)
    }
}
