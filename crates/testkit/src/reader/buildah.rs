//! buildah, with an image store of its own.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Outcome, run};
use crate::peer;

/// The program `buildah` with the vfs driver over a temporary folder, isolated by nothing but a changed root.
#[derive(Debug)]
pub struct Buildah {
    program: PathBuf,
    dir: TempDir,
}

impl Buildah {
    /// Finds it and makes its store; `None` where it is not installed.
    pub fn find() -> Option<Self> {
        let program = peer::require("buildah")?;
        let dir = TempDir::new().expect("a temporary folder");
        let policy = r#"{"default":[{"type":"insecureAcceptAnything"}]}"#;
        fs::write(dir.path().join("policy.json"), policy).expect("policy.json");
        Some(Self { program, dir })
    }

    /// A path in its temporary folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A command that talks to registries (`pull`, `push`, `from`, `commit`), with more arguments behind it.
    pub async fn talk(&self, command: &str, arguments: &[&str]) -> Outcome {
        let policy = format!("--signature-policy={}", self.path("policy.json").display());
        self.run(&[&[command, "--tls-verify=false", &policy], arguments].concat()).await
    }

    /// Any other command.
    pub async fn run(&self, arguments: &[&str]) -> Outcome {
        let (root, runroot) =
            (self.path("root").display().to_string(), self.path("run").display().to_string());
        let store = ["--root", &root, "--runroot", &runroot, "--storage-driver=vfs"];
        let environment = [("BUILDAH_ISOLATION", std::path::Path::new("chroot"))];
        run(&self.program, &[&store[..], arguments].concat(), &environment).await
    }
}
