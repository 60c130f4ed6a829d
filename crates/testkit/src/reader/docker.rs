//! A Docker engine with a root of its own, and its client.

use std::path::PathBuf;
use std::process::Command;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{Outcome, run};
use crate::peer::{self, Daemon};

/// A running Docker engine, without networks and with the vfs driver; it is ended when this is dropped, and ends its own
/// containerd.
#[derive(Debug)]
pub struct Docker {
    client: PathBuf,
    // Declared before its folder: it must end before that goes.
    _daemon: Daemon,
    dir: TempDir,
}

impl Docker {
    /// Starts it and waits until it serves; `None` where it is not installed, or we are not root.
    ///
    /// # Panics
    /// With its log when it does not come up.
    pub async fn start() -> Option<Self> {
        let (server, client) = (peer::require_also_in("dockerd", "/usr/sbin")?, peer::require("docker")?);
        peer::require_root("dockerd")?;
        let dir = TempDir::new().expect("a temporary folder");
        let path = |name: &str| dir.path().join(name);
        let mut command = Command::new(server);
        command.arg("--data-root").arg(path("data")).arg("--exec-root").arg(path("exec"));
        command.arg("--pidfile").arg(path("pid")).arg("--host").arg(socket(&dir));
        command.args(["--storage-driver=vfs", "--bridge=none"]);
        command.args(["--iptables=false", "--ip6tables=false", "--ip-forward=false"]);
        let mut daemon = Daemon::spawn(&mut command, path("dockerd.log")).ended_by(Signal::TERM);
        daemon.wait_for(|log| log.contains("API listen on").then_some(())).await;
        Some(Self { client, _daemon: daemon, dir })
    }

    /// A path in its temporary folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `docker` with these arguments.
    pub async fn run(&self, arguments: &[&str]) -> Outcome {
        let environment = [("DOCKER_CONFIG", self.path("config"))];
        let environment = environment.each_ref().map(|(name, path)| (*name, path.as_path()));
        run(&self.client, &[&["--host", &socket(&self.dir)], arguments].concat(), &environment).await
    }
}

fn socket(dir: &TempDir) -> String {
    format!("unix://{}", dir.path().join("socket").display())
}
