//! The programs that are measured, and how those that copy are told to.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use portolan_testkit::peer;
use serde::Serialize;

use crate::measure::CommandLine;
use crate::row::TAG;

/// A program that copies images between registries, or is a registry, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
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
    /// <https://github.com/distribution/distribution>, which only serves.
    DockerRegistry,
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
    pub(crate) const ALL: [Self; 7] = [
        Self::Portolan,
        Self::Lean,
        Self::Skopeo,
        Self::Regctl,
        Self::Regsync,
        Self::Crane,
        Self::DockerRegistry,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Portolan => "portolan",
            Self::Lean => "lean",
            Self::Skopeo => "skopeo",
            Self::Regctl => "regctl",
            Self::Regsync => "regsync",
            Self::Crane => "crane",
            Self::DockerRegistry => "docker-registry",
        }
    }

    /// Looks for it on this machine.
    pub(crate) fn find(self) -> Option<Client> {
        let program = match self {
            Self::Lean => std::env::current_exe().ok(),
            Self::Portolan => std::env::var_os("PORTOLAN_BIN").map(PathBuf::from),
            _ => None,
        };
        let program = program.or_else(|| peer::find(self.name()))?;
        let version = self.version(&program);
        Some(Client { kind: self, version, program })
    }

    fn version(self, program: &Path) -> String {
        let argument = match self {
            Self::Lean => return "the floor: no journal, no retry, no login".to_owned(),
            Self::Portolan | Self::Skopeo | Self::DockerRegistry => "--version",
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
            // regsync only mirrors, docker-registry only serves; no row has them copy.
            Kind::Regctl | Kind::Regsync | Kind::DockerRegistry => {
                &["--host", &source_host, "--host", &target_host, "image", "copy", source, target]
            }
            Kind::Crane => &["copy", "--insecure", source, target],
        };
        self.line(arguments.iter().copied())
    }

    /// The command that brings `host:port/repository:tag` into Portolan's own store under the same name; of the
    /// floor, into a file of `home`.
    pub(crate) fn keep(&self, source: &str, repository: &str, home: &Path) -> CommandLine {
        match self.kind {
            Kind::Lean => self.line(["lean-file", source, &home.join("layer").display().to_string()]),
            _ => self.line(["copy", source, &format!("store:{repository}:{TAG}")]),
        }
    }

    /// The program with these arguments.
    pub(crate) fn line<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> CommandLine {
        let program = std::iter::once(self.program.display().to_string());
        program.chain(arguments.into_iter().map(str::to_owned)).collect()
    }
}

/// How regctl is told that a registry speaks plain HTTP.
fn plain(reference: &str) -> String {
    let host = reference.split('/').next().unwrap_or_default();
    format!("reg={host},tls=disabled")
}
