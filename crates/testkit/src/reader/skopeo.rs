//! skopeo.

use std::path::PathBuf;

use super::{Outcome, run};
use crate::peer;

/// The program `skopeo`, with certificates not verified.
#[derive(Debug, Clone)]
pub struct Skopeo {
    program: PathBuf,
}

impl Skopeo {
    /// Finds it; `None` where it is not installed.
    pub fn find() -> Option<Self> {
        peer::require("skopeo").map(|program| Self { program })
    }

    /// `skopeo inspect --raw`: the manifest's bytes, under a name with its transport
    /// (`docker://host/name:tag`, `oci:folder:tag`, …).
    pub async fn inspect_raw(&self, name: &str) -> Outcome {
        let tls: &[&str] = if name.starts_with("docker://") { &["--tls-verify=false"] } else { &[] };
        self.run(&[&["inspect", "--raw"], tls, &[name]].concat()).await
    }

    /// `skopeo copy` with more arguments in front of the names (`--all`, `--preserve-digests`, …).
    pub async fn copy(&self, source: &str, destination: &str, arguments: &[&str]) -> Outcome {
        let tls = ["--src-tls-verify=false", "--dest-tls-verify=false"];
        let policy = ["--insecure-policy", "copy"];
        self.run(&[&policy, &tls[..], arguments, &[source, destination]].concat()).await
    }

    /// Any other command.
    pub async fn run(&self, arguments: &[&str]) -> Outcome {
        run(&self.program, arguments, &[]).await
    }
}
