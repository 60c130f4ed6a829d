//! podman, with an image store of its own.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Outcome, run};
use crate::peer;

/// The program `podman` with the vfs driver over a temporary folder.
#[derive(Debug)]
pub struct Podman {
    program: PathBuf,
    dir: TempDir,
}

impl Podman {
    /// Finds it and makes its store; `None` where it is not installed.
    pub fn find() -> Option<Self> {
        let program = peer::require("podman")?;
        let dir = TempDir::new().expect("a temporary folder");
        let root = dir.path().join("root");
        let run = dir.path().join("run");
        let storage = format!(
            "[storage]\ndriver = \"vfs\"\ngraphroot = \"{}\"\nrunroot = \"{}\"\n",
            root.display(),
            run.display()
        );
        fs::write(dir.path().join("storage.conf"), storage).expect("storage.conf");
        let policy = r#"{"default":[{"type":"insecureAcceptAnything"}]}"#;
        fs::write(dir.path().join("policy.json"), policy).expect("policy.json");
        Some(Self { program, dir })
    }

    /// `podman pull` of `host/name:tag` or of a name with its transport; the answer is the image's id.
    pub async fn pull(&self, name: &str) -> Outcome {
        let policy = format!("--signature-policy={}", self.dir.path().join("policy.json").display());
        self.run(&["pull", "--quiet", "--tls-verify=false", &policy, name]).await
    }

    /// Any other command.
    pub async fn run(&self, arguments: &[&str]) -> Outcome {
        let root = self.dir.path().join("root").display().to_string();
        let runroot = self.dir.path().join("run").display().to_string();
        let store = ["--root", &root, "--runroot", &runroot, "--storage-driver=vfs"];
        let configuration = self.dir.path().join("storage.conf");
        let environment = [("CONTAINERS_STORAGE_CONF", configuration.as_path())];
        run(&self.program, &[&store[..], arguments].concat(), &environment).await
    }
}
