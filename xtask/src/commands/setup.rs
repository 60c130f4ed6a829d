//! `cargo xtask setup`: the programs that the tests run against.

use std::os::unix::fs::MetadataExt as _;
use std::process::Command;
use std::{env, fs};

use crate::process::{self, ProcessError};
use crate::say;

/// A program that the tests start, and the Debian package that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Peer {
    program: &'static str,
    package: &'static str,
    /// A folder with one of each version, for a program that is not on `PATH`.
    versions: Option<&'static str>,
}

impl Peer {
    const fn on_path(program: &'static str, package: &'static str) -> Self {
        Self { program, package, versions: None }
    }

    fn is_there(&self) -> bool {
        let versions = self.versions.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
        process::find(self.program).is_some()
            || versions.flatten().any(|version| version.path().join("bin").join(self.program).is_file())
    }
}

/// Every peer. The tests of a crate say in their own words what they need them for.
const PEERS: &[Peer] = &[
    Peer::on_path("docker-registry", "docker-registry"),
    Peer::on_path("skopeo", "skopeo"),
    Peer::on_path("podman", "podman"),
    Peer::on_path("buildah", "buildah"),
    Peer::on_path("ctr", "containerd"),
    Peer::on_path("dockerd", "docker.io"),
    Peer::on_path("sqlite3", "sqlite3"),
    // What the package is installed with.
    Peer::on_path("adduser", "adduser"),
    Peer::on_path("curl", "curl"),
    Peer::on_path("ip", "iproute2"),
    Peer::on_path("systemctl", "systemd"),
    Peer { program: "postgres", package: "postgresql", versions: Some("/usr/lib/postgresql") },
    Peer::on_path("mariadb-install-db", "mariadb-server"),
];

/// Why the peers are not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// Asked only to look.
    #[error("not installed: {0}; `cargo xtask setup` as root installs them")]
    Missing(String),
    /// Not a Debian-like system.
    #[error("not installed: {0}; there is no apt-get here, install them by the means of this system")]
    NoApt(String),
    /// Packages are installed by root only.
    #[error("not installed: {0}; run as root: apt-get update && apt-get install --no-install-recommends {0}")]
    NotRoot(String),
    /// apt-get said no.
    #[error(transparent)]
    Apt(#[from] ProcessError),
}

/// Arguments of `cargo xtask setup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Setup {
    /// Only say what is missing, and fail if something is
    #[arg(long)]
    check: bool,
}

impl Setup {
    /// Installs, or looks.
    pub(crate) fn run(self) -> Result<(), SetupError> {
        if !self.check {
            return install();
        }
        let missing = missing();
        if missing.is_empty() { Ok(()) } else { Err(SetupError::Missing(packages(&missing))) }
    }
}

/// Installs the peers that are missing.
pub(crate) fn install() -> Result<(), SetupError> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = packages(&missing);
    if process::find("apt-get").is_none() {
        return Err(SetupError::NoApt(packages));
    }
    if !is_root() {
        return Err(SetupError::NotRoot(packages));
    }
    say::line(format_args!("installing {packages}"));
    process::run(apt_get().arg("update"))?;
    process::run(
        apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(missing.iter().map(|peer| peer.package)),
    )?;
    Ok(())
}

fn missing() -> Vec<Peer> {
    PEERS.iter().copied().filter(|peer| !peer.is_there()).collect()
}

fn packages(peers: &[Peer]) -> String {
    peers.iter().map(|peer| peer.package).collect::<Vec<_>>().join(" ")
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Whether the files of this process belong to root: `/proc/self` is owned by the effective user.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// Whether a continuous integration service runs this: then a missing peer is a failure.
pub(crate) fn in_ci() -> bool {
    env::var_os("CI").is_some()
}
