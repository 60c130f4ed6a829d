//! What a registry is asked to be, before it starts.

use std::path::PathBuf;

use tempfile::TempDir;

use super::Registry;
use super::config;
use super::running::{Kept, Make};
use crate::client::Credentials;
use crate::peer;
use crate::tls::{Authority, Identity};
use crate::token::TokenServer;

/// Names the program `portolan` that stands in for Docker's registry wherever a test asks for a plain one.
const STAND_IN: &str = "PORTOLAN_TEST_REGISTRY";

/// Whether our own registry stands in for Docker's. Then a test of what Docker's does differently (no list of
/// referrers, deleting by digest only, its folders) has nothing to test, and is meant to return early.
pub fn is_ours() -> bool {
    let is_ours = std::env::var_os(STAND_IN).is_some();
    if is_ours {
        println!("skipped: this is about Docker's registry");
    }
    is_ours
}

/// Options of a registry; see [`Registry::builder`].
#[derive(Debug, Default)]
pub struct RegistryBuilder {
    pub(super) htpasswd: Vec<Credentials>,
    pub(super) tls: Option<Tls>,
    pub(super) token: Option<TokenAuth>,
    pub(super) storage: Option<PathBuf>,
    pub(super) readonly: bool,
    pub(super) keeps_everything: bool,
    pub(super) catalogue_page: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Tls {
    pub(super) authority: Authority,
    pub(super) client: Option<Identity>,
}

#[derive(Debug)]
pub(super) struct TokenAuth {
    pub(super) realm: String,
    pub(super) service: String,
    pub(super) issuer: String,
    pub(super) roots: String,
}

impl RegistryBuilder {
    /// Only these users, given as name and password, may do anything (`WWW-Authenticate: Basic`).
    pub fn htpasswd(mut self, users: &[(&str, &str)]) -> Self {
        self.htpasswd = users.iter().map(|(user, password)| Credentials::new(user, password)).collect();
        self
    }

    /// Speaks TLS (and HTTP/2) with a certificate for `127.0.0.1` and `localhost` of its own authority.
    pub fn tls(mut self) -> Self {
        self.tls = Some(Tls { authority: Authority::new("portolan test authority"), client: None });
        self
    }

    /// Speaks TLS and lets in only clients that show a certificate of the same authority.
    pub fn client_ca(mut self) -> Self {
        let authority = Authority::new("portolan test authority");
        let client = Some(authority.client("portolan test client"));
        self.tls = Some(Tls { authority, client });
        self
    }

    /// Takes only tokens of this server (`WWW-Authenticate: Bearer`).
    pub fn token_auth(mut self, server: &TokenServer) -> Self {
        self.token = Some(TokenAuth {
            realm: server.realm(),
            service: server.service().to_owned(),
            issuer: server.issuer().to_owned(),
            roots: server.signing_certificate(),
        });
        self
    }

    /// Refuses every write with 405 (the registry's maintenance mode).
    pub fn read_only(mut self) -> Self {
        self.readonly = true;
        self
    }

    /// Refuses to delete anything.
    pub fn without_delete(mut self) -> Self {
        self.keeps_everything = true;
        self
    }

    /// Lists at most so many repositories at once, and refuses to be asked for more.
    pub fn catalogue_page(mut self, repositories: u32) -> Self {
        self.catalogue_page = Some(repositories);
        self
    }

    /// Keeps its blobs in this folder (for example on a small tmpfs), which stays when the registry goes.
    pub fn storage_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.storage = Some(folder.into());
        self
    }

    /// Starts the registry and waits until it listens; `None` where the peer is not installed.
    ///
    /// Panics with the registry's log when it does not come up.
    pub async fn start(self) -> Option<Registry> {
        let make = self.make()?;
        let dir = TempDir::new().expect("a temporary folder");
        let storage = self.storage.clone().unwrap_or_else(|| dir.path().join("storage"));
        std::fs::create_dir_all(&storage).expect("the storage folder can be made");
        let config = match make {
            Make::Docker(_) => config::write(&self, dir.path(), &storage),
            Make::Portolan(_) => config::of_portolan(dir.path(), &storage),
        };
        let kept = Kept { make, config, storage, tls: self.tls, user: self.htpasswd.into_iter().next() };
        Some(Registry::launch(dir, kept).await)
    }

    /// Whose registry it is; `None` where it is not installed.
    fn make(&self) -> Option<Make> {
        match std::env::var_os(STAND_IN) {
            Some(program) if self.is_plain() => Some(Make::Portolan(program.into())),
            _ => peer::require("docker-registry").map(Make::Docker),
        }
    }

    /// Whether every registry can be what is asked for.
    fn is_plain(&self) -> bool {
        let open = self.htpasswd.is_empty() && self.token.is_none() && self.tls.is_none();
        open && !self.readonly && !self.keeps_everything && self.catalogue_page.is_none()
    }
}
