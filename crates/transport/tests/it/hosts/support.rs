//! A home folder for one test.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use portolan_oci::{Registry, RepositoryName};
use portolan_transport::{
    CredentialFile, HostEnvironment, HostProfile, Hosts, HostsOptions, Login, RegistrySettings,
    TransportResult,
};
use tempfile::TempDir;

/// Folders as a user has them, all below one that is removed at the end.
pub(super) struct Home {
    folder: TempDir,
    pub(super) environment: HostEnvironment,
    pub(super) settings: Vec<RegistrySettings>,
}

impl Home {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        let environment = HostEnvironment {
            home: Some(at("home")),
            xdg_runtime_dir: Some(at("run")),
            path: Some(format!("{}:/usr/bin:/bin", at("bin").display()).into()),
            certs_dirs: vec![at("certs/user"), at("certs/system")],
            registries_conf: vec![at("user/registries.conf"), at("etc/registries.conf")],
            ..HostEnvironment::default()
        };
        Self { folder, environment, settings: Vec::new() }
    }

    /// A path in the folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file, with its folders.
    pub(super) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Installs a credential helper. A process of its own writes the script: while this one had it open for
    /// writing, a child started by another test could inherit that, and the system refuses to run a file that
    /// is open for writing.
    pub(super) fn helper(&self, name: &str, script: &str) {
        let path = self.path("bin").join(format!("docker-credential-{name}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer = Command::new("/bin/sh")
            .args(["-c", r#"cat > "$0" && chmod +x "$0""#])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        writer.stdin.take().unwrap().write_all(format!("#!/bin/sh\n{script}\n").as_bytes()).unwrap();
        assert!(writer.wait().unwrap().success());
    }

    pub(super) fn hosts(&self) -> Hosts {
        let (settings, environment) = (self.settings.clone(), self.environment.clone());
        Hosts::new(HostsOptions { settings, environment }).unwrap()
    }

    /// The login for `host/repository`.
    pub(super) async fn login(&self, name: &str) -> TransportResult<Option<Login>> {
        let (registry, repository) = names(name);
        self.hosts().login(&registry, &repository).await
    }

    /// The profile of `host/repository`.
    pub(super) fn profile(&self, name: &str) -> TransportResult<HostProfile> {
        let (registry, repository) = names(name);
        self.hosts().profile(&registry, &repository)
    }

    pub(super) fn credential_file(&self) -> CredentialFile {
        CredentialFile::of_docker(&self.environment).unwrap()
    }
}

/// `host/repository` in its parts.
pub(super) fn names(name: &str) -> (Registry, RepositoryName) {
    let (registry, repository) = name.split_once('/').unwrap();
    (registry.parse().unwrap(), repository.parse().unwrap())
}

pub(super) fn registry(name: &str) -> Registry {
    name.parse().unwrap()
}

pub(super) fn basic(user: &str, password: &str) -> Login {
    Login::Basic { user: user.to_owned(), password: password.to_owned() }
}

pub(super) fn identity(user: &str, token: &str) -> Login {
    Login::IdentityToken { user: user.to_owned(), token: token.to_owned() }
}

/// An error with all its causes, as a user sees them; `folder` stands for the test's own.
pub(super) fn told(error: &dyn std::error::Error, home: &Home) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text.replace(path_text(home.folder.path()), "HOME")
}

fn path_text(path: &Path) -> &str {
    path.to_str().unwrap()
}
