//! The container image with the program and nothing else.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::staging::empty;
use super::{Build, FOLDER, PackageError};
use crate::process;
use crate::workspace::Workspace;

/// Whom the image trusts: those whom the machine trusts that builds it. The first of these that there is.
const AUTHORITIES: &[&str] = &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// What must be true of the image, as engines see it.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase")]
struct Config {
    user: String,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
    exposed_ports: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Image {
    config: Config,
}

/// Builds it with podman, and returns its name and the archive with it. Nothing is pulled: it begins with nothing.
pub(crate) fn image(workspace: &Workspace, build: Build) -> Result<(String, PathBuf), PackageError> {
    let context = workspace.root.join(FOLDER).join("image");
    empty(&context)?;
    empty(&context.join("data"))?;
    let program = static_program(workspace, build)?;
    process::run(Command::new("strip").arg("-o").arg(context.join("portolan")).arg(program))?;
    let authorities = AUTHORITIES.iter().find(|path| fs::exists(path).unwrap_or(false));
    let authorities = authorities.ok_or(PackageError::Wrong("this machine has no ca-certificates"))?;
    let target = context.join("ca-certificates.crt");
    fs::copy(authorities, &target).map_err(PackageError::file(&target))?;
    let package = workspace.package("portolan-cli").ok_or(PackageError::Wrong("no such package"))?;
    let name = format!("localhost/portolan:{}", package.version);
    let mut podman = Command::new("podman");
    podman.args(["build", "--isolation=chroot", "--target=static", "--tag", &name, "--file"]);
    process::run(podman.arg(workspace.root.join("packaging/Containerfile")).arg(&context))?;
    let archive = context.with_file_name("portolan-image.tar");
    if archive.exists() {
        fs::remove_file(&archive).map_err(PackageError::file(&archive))?;
    }
    let mut save = Command::new("podman");
    process::run(
        save.args(["save", "--quiet", "--format=oci-archive", "--output"]).arg(&archive).arg(&name),
    )?;
    check(&archive)?;
    Ok((name, archive))
}

/// Links with the C library too. Its names are looked up by what the library has built in: files and DNS.
fn static_program(workspace: &Workspace, build: Build) -> Result<PathBuf, PackageError> {
    let target = format!("{ARCH}-unknown-linux-gnu");
    let flags = format!("target.{target}.rustflags=[\"-Ctarget-feature=+crt-static\"]");
    let mut cargo = process::cargo(&workspace.root);
    cargo.args(["build", "--locked", "--package=portolan-cli", "--target", &target, "--config", &flags]);
    let profile = match build {
        Build::Release => {
            cargo.arg("--release");
            "release"
        }
        Build::Debug => "debug",
    };
    process::run(&mut cargo)?;
    Ok(workspace.target.join(target).join(profile).join("portolan"))
}

/// Reads the archive as somebody else's program does.
fn check(archive: &Path) -> Result<(), PackageError> {
    let mut skopeo = Command::new("skopeo");
    skopeo.args(["inspect", "--config"]).arg(format!("oci-archive:{}", archive.display()));
    let image: Image = serde_json::from_slice(&process::output(&mut skopeo)?)?;
    let wanted = Config {
        user: "65532:65532".to_owned(),
        entrypoint: vec!["/usr/bin/portolan".to_owned()],
        cmd: vec!["serve".to_owned()],
        exposed_ports: [("5000/tcp".to_owned(), serde_json::json!({}))].into(),
    };
    if image.config == wanted { Ok(()) } else { Err(PackageError::Wrong("the image is not what was built")) }
}
