//! The programs that copy, and how each is told to.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use portolan_testkit::peer;
use serde::Serialize;

use crate::measure::CommandLine;

/// A program that copies images between registries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// `$PORTOLAN_BIN`, else `portolan` on `PATH`.
    Portolan,
    /// `portolan-bench lean`.
    Lean,
    /// <https://github.com/containers/skopeo>
    Skopeo,
    /// <https://github.com/regclient/regclient>
    Regctl,
    /// The mirroring program of the same project.
    Regsync,
    /// <https://github.com/google/go-containerregistry>
    Crane,
}

/// One that is on this machine.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Client {
    #[serde(rename = "client")]
    pub(crate) kind: Kind,
    /// What it calls its version.
    pub(crate) version: String,
    #[serde(skip)]
    pub(crate) program: PathBuf,
}

impl Kind {
    /// All, in the order in which they take their turns.
    pub(crate) const ALL: [Self; 6] =
        [Self::Portolan, Self::Lean, Self::Skopeo, Self::Regctl, Self::Regsync, Self::Crane];

    fn name(self) -> &'static str {
        match self {
            Self::Portolan => "portolan",
            Self::Lean => "lean",
            Self::Skopeo => "skopeo",
            Self::Regctl => "regctl",
            Self::Regsync => "regsync",
            Self::Crane => "crane",
        }
    }

    /// Looks for it on this machine.
    pub(crate) fn find(self) -> Option<Client> {
        let program = match self {
            Self::Lean => std::env::current_exe().ok(),
            Self::Portolan => std::env::var_os("PORTOLAN_BIN").map(PathBuf::from),
            Self::Skopeo | Self::Regctl | Self::Regsync | Self::Crane => None,
        };
        let program = program.or_else(|| peer::find(self.name()))?;
        let version = self.version(&program);
        Some(Client { kind: self, version, program })
    }

    fn version(self, program: &Path) -> String {
        let argument = match self {
            Self::Lean => return "the floor: no journal, no retry, no login".to_owned(),
            Self::Portolan | Self::Skopeo => "--version",
            Self::Regctl | Self::Regsync | Self::Crane => "version",
        };
        let output = Command::new(program).arg(argument).output().map(|output| output.stdout);
        let text = String::from_utf8_lossy(&output.unwrap_or_default()).into_owned();
        text.lines().next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Client {
    /// The command that copies `host:port/repository:tag` with all its platforms over plain HTTP.
    pub(crate) fn copy(&self, source: &str, target: &str) -> CommandLine {
        let (docker_source, docker_target) = (format!("docker://{source}"), format!("docker://{target}"));
        let (source_host, target_host) = (plain(source), plain(target));
        let arguments: &[&str] = match self.kind {
            Kind::Portolan => &["copy", source, target],
            Kind::Lean => &["lean", source, target],
            Kind::Skopeo => &[
                "--insecure-policy",
                "copy",
                "--all",
                "--src-tls-verify=false",
                "--dest-tls-verify=false",
                &docker_source,
                &docker_target,
            ],
            // regsync only mirrors; no row has it copy.
            Kind::Regctl | Kind::Regsync => {
                &["--host", &source_host, "--host", &target_host, "image", "copy", source, target]
            }
            Kind::Crane => &["copy", "--insecure", source, target],
        };
        let program = std::iter::once(self.program.display().to_string());
        program.chain(arguments.iter().map(|&argument| argument.to_owned())).collect()
    }
}

/// How regctl is told that a registry speaks plain HTTP.
fn plain(reference: &str) -> String {
    let host = reference.split('/').next().unwrap_or_default();
    format!("reg={host},tls=disabled")
}
