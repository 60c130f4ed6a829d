//! containerd, with a root of its own, and its client `ctr`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{Outcome, run};
use crate::peer::{self, Daemon};

/// A running containerd; it is ended when this is dropped.
#[derive(Debug)]
pub struct Containerd {
    client: PathBuf,
    // Declared before its folder: it must end before that goes.
    _daemon: Daemon,
    dir: TempDir,
}

impl Containerd {
    /// Starts it and waits until it serves; `None` where it is not installed, or we are not root.
    ///
    /// # Panics
    /// With its log when it does not come up.
    pub async fn start() -> Option<Self> {
        let (server, client) = (peer::require("containerd")?, peer::require("ctr")?);
        peer::require_root("containerd")?;
        let dir = TempDir::new().expect("a temporary folder");
        let folder = dir.path().display();
        let config = format!(
            "version = 2\nroot = \"{folder}/root\"\nstate = \"{folder}/state\"\n\
             disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = \"{folder}/socket\"\n"
        );
        let file = dir.path().join("config.toml");
        fs::write(&file, config).expect("config.toml");
        let mut daemon =
            Daemon::spawn(Command::new(server).arg("--config").arg(file), dir.path().join("containerd.log"))
                .ended_by(Signal::TERM);
        daemon.wait_for(|log| log.contains("containerd successfully booted").then_some(())).await;
        Some(Self { client, _daemon: daemon, dir })
    }

    /// A path in its temporary folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `ctr images` with more arguments.
    pub async fn images(&self, arguments: &[&str]) -> Outcome {
        let socket = self.path("socket").display().to_string();
        run(&self.client, &[&["--address", &socket, "images"], arguments].concat(), &[]).await
    }
}
