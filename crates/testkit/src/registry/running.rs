//! A registry that runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::RegistryBuilder;
use super::builder::Tls;
use super::config::{ANY_PORT, Config};
use crate::client::{Client, Credentials};
use crate::peer::Daemon;
use crate::tls::Identity;

/// A running registry; dropping it kills the process and removes its storage.
pub struct Registry {
    // Declared first: the process must end before its folder goes.
    daemon: Option<Daemon>,
    dir: TempDir,
    host: String,
    kept: Kept,
}

/// What outlives a restart of the process.
pub(super) struct Kept {
    pub(super) make: Make,
    pub(super) config: Config,
    pub(super) storage: PathBuf,
    pub(super) tls: Option<Tls>,
    pub(super) user: Option<Credentials>,
}

/// Whose registry it is, and the program.
pub(super) enum Make {
    Docker(PathBuf),
    Portolan(PathBuf),
}

impl Make {
    fn command(&self, config: &Path) -> Command {
        let mut command = match self {
            Self::Docker(program) | Self::Portolan(program) => Command::new(program),
        };
        match self {
            Self::Docker(_) => command.arg("serve").arg(config),
            Self::Portolan(_) => command.arg("serve").arg("--config").arg(config),
        };
        command
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Registry {
    /// Options for a registry; without any it is plain HTTP, open to everyone, and allows deleting.
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    /// Starts a plain registry; `None` where the peer is not installed.
    pub async fn start() -> Option<Self> {
        Self::builder().start().await
    }

    pub(super) async fn launch(dir: TempDir, kept: Kept) -> Self {
        let mut registry = Self { daemon: None, dir, host: ANY_PORT.to_owned(), kept };
        registry.run().await;
        registry
    }

    async fn run(&mut self) {
        let config = &self.kept.config;
        let text = config.text.replace(ANY_PORT, &self.host);
        std::fs::write(&config.file, text).expect("the registry's configuration can be written");
        let log = self.dir.path().join("registry.log");
        let mut daemon = Daemon::spawn(&mut self.kept.make.command(&config.file), log);
        self.host = daemon.wait_for(listening_on).await;
        self.daemon = Some(daemon);
    }

    /// `127.0.0.1:PORT`, the first part of every reference into this registry.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `http://` or `https://` and the host, without a slash at the end.
    pub fn url(&self) -> String {
        let scheme = if self.kept.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }

    /// `host/repository:tag`.
    pub fn reference(&self, repository: &str, tag: &str) -> String {
        format!("{}/{repository}:{tag}", self.host)
    }

    /// The process id, for measuring it or for stopping it rudely.
    pub fn pid(&self) -> u32 {
        self.daemon.as_ref().expect("the registry is stopped").pid()
    }

    /// The folder with the registry's blobs.
    pub fn storage(&self) -> &Path {
        &self.kept.storage
    }

    /// The PEM file of the authority that signed the server's certificate.
    pub fn ca_file(&self) -> PathBuf {
        self.authority();
        self.dir.path().join("ca.pem")
    }

    /// The same certificate as DER.
    pub fn ca_der(&self) -> Vec<u8> {
        self.authority().authority.der()
    }

    /// The certificate and key that this registry lets in, as PEM; needs [`RegistryBuilder::client_ca`].
    pub fn client_identity(&self) -> &Identity {
        self.authority().client.as_ref().expect("the registry was not started with .client_ca()")
    }

    /// A folder laid out as in `certs.d`: `ca.pem`, and `client.cert` with `client.key` where one is needed.
    pub fn certificates(&self) -> &Path {
        self.authority();
        self.dir.path()
    }

    fn authority(&self) -> &Tls {
        self.kept.tls.as_ref().expect("the registry was not started with .tls() or .client_ca()")
    }

    /// What the registry has printed since its last start.
    pub fn log(&self) -> String {
        self.daemon.as_ref().map(Daemon::log).unwrap_or_default()
    }

    /// The test support's own client for this registry, logged in as the first `htpasswd` user if there is one.
    pub fn client(&self) -> Client {
        let identity = self.kept.tls.as_ref().and_then(|tls| tls.client.as_ref());
        Client::with_identity(&self.url(), self.kept.user.clone(), identity)
    }

    /// Starts it anew, on the same port and storage, so that it tells `url` of what happens in it, with this in
    /// `Authorization`. Only for Docker's.
    pub async fn restart_telling(&mut self, url: &str, authorization: &str) {
        let endpoint = format!(
            "{{name: test, url: '{url}', timeout: 5s, threshold: 100, backoff: 100ms, \
                                headers: {{Authorization: ['{authorization}']}}}}"
        );
        self.kept.config.text += &format!("notifications: {{endpoints: [{endpoint}]}}\n");
        self.restart().await;
    }

    /// Kills the process; the storage stays, connections break, and new ones are refused.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// Starts the stopped registry again on the same port and storage.
    pub async fn restart(&mut self) {
        self.stop();
        self.run().await;
    }
}

/// Finds `listening on 127.0.0.1:PORT` in the log, or as we say it, `listening at http://127.0.0.1:PORT`.
fn listening_on(log: &str) -> Option<String> {
    let (_, after) = log.split_once("listening on ").or_else(|| log.split_once("listening at http://"))?;
    let end = after.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':')?;
    after.get(..end).map(str::to_owned)
}
