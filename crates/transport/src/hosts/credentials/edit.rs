//! Logging in and out: writing Docker's `config.json`.

use std::path::{Path, PathBuf};

use portolan_oci::Registry;

use super::document::{Document, Member};
use super::file::{AuthFile, encode, read, unusable};
use super::helper::Helper;
use super::key::{Scope, docker_key};
use super::write::replace;
use crate::hosts::{HostEnvironment, HostsError, Login};
use crate::{TransportError, TransportResult};

/// Docker's `config.json`, to be changed. What is not about logins stays as it was written.
#[derive(Debug, Clone)]
pub struct CredentialFile {
    path: PathBuf,
    environment: HostEnvironment,
}

/// Where a login is kept now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a password that lies open in a file is worth a warning"]
pub enum Stored {
    /// By a helper program.
    Helper {
        /// The program's name.
        program: String,
    },
    /// In the file itself, where everybody who can read it can read the password.
    Plain,
}

/// What logging out did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// The login is gone.
    Done,
    /// There was none.
    NotThere,
}

impl CredentialFile {
    /// The file that Docker itself uses. It need not exist.
    ///
    /// # Errors
    /// `Settings` if there is neither `$DOCKER_CONFIG` nor a home folder.
    pub fn of_docker(environment: &HostEnvironment) -> TransportResult<Self> {
        let path = environment.docker_config_file().ok_or_else(|| TransportError::Settings {
            what: "Docker's config.json".to_owned(),
            cause: HostsError::NoHome.into(),
        })?;
        Ok(Self { path, environment: environment.clone() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps `login` for `registry`, in place of an older one: with the helper that the file names for it,
    /// else in the file.
    ///
    /// # Errors
    /// `Settings` if the file is malformed (it is left alone) or the helper fails; `Io` if it cannot be
    /// written.
    pub async fn store(&self, registry: &Registry, login: &Login) -> TransportResult<Stored> {
        let (text, file) = self.load().await?;
        let (entry, stored) = match file.helper(registry) {
            Some(name) => {
                let helper = Helper::new(name, &self.environment)?;
                helper.store(registry, login).await?;
                (Document::default(), Stored::Helper { program: helper.program().to_owned() })
            }
            None => (plain(login), Stored::Plain),
        };
        let document = with_entry(&text, registry, entry).map_err(|cause| self.malformed(&cause))?;
        self.write(&document).await?;
        Ok(stored)
    }

    /// Forgets the login for `registry`, in the file and with the helper that it names. Logins for paths below
    /// the registry stay.
    ///
    /// # Errors
    /// As [`store`](Self::store).
    pub async fn erase(&self, registry: &Registry) -> TransportResult<Erased> {
        let (text, file) = self.load().await?;
        let mut erased = match file.helper(registry) {
            Some(name) => Helper::new(name, &self.environment)?.erase(registry).await?,
            None => false,
        };
        if let Some(document) = without_entry(&text, registry).map_err(|cause| self.malformed(&cause))? {
            self.write(&document).await?;
            erased = true;
        }
        Ok(if erased { Erased::Done } else { Erased::NotThere })
    }

    async fn load(&self) -> TransportResult<(String, AuthFile)> {
        let text = read(&self.path).await?.unwrap_or_default();
        let file = AuthFile::parse(&text).map_err(|cause| unusable(&self.path, cause))?;
        Ok((text, file))
    }

    async fn write(&self, document: &Document) -> TransportResult<()> {
        let text = document.to_text().map_err(|cause| self.malformed(&cause))?;
        let path = self.path.clone();
        let what = format!("writing {}", path.display());
        let written = tokio::task::spawn_blocking(move || replace(&path, &text)).await;
        written
            .map_err(std::io::Error::other)
            .and_then(std::convert::identity)
            .map_err(|cause| TransportError::io(what, cause))
    }

    fn malformed(&self, cause: &serde_json::Error) -> TransportError {
        unusable(&self.path, HostsError::json(cause))
    }
}

/// The file with this entry in place of all others for the registry.
pub(super) fn with_entry(text: &str, registry: &Registry, entry: Document) -> serde_json::Result<Document> {
    let mut document = Document::parse(text)?;
    let mut auths = document.object("auths")?;
    let key = docker_key(registry);
    auths.retain(|name| name == key || !is_for(name, registry));
    auths.set(key, Member::Object(entry));
    document.set("auths", Member::Object(auths));
    Ok(document)
}

/// The file without any entry for the registry; `None` if it has none.
pub(super) fn without_entry(text: &str, registry: &Registry) -> serde_json::Result<Option<Document>> {
    let mut document = Document::parse(text)?;
    let mut auths = document.object("auths")?;
    if auths.retain(|name| !is_for(name, registry)) == 0 {
        return Ok(None);
    }
    document.set("auths", Member::Object(auths));
    Ok(Some(document))
}

fn is_for(key: &str, registry: &Registry) -> bool {
    Scope::parse(key).is_some_and(|scope| scope.is_registry(registry))
}

pub(super) fn plain(login: &Login) -> Document {
    let mut entry = Document::default();
    match login {
        Login::Basic { user, password } => entry.set("auth", Member::Text(encode(user, password))),
        Login::IdentityToken { user, token } => {
            if user != Login::TOKEN_USER {
                entry.set("auth", Member::Text(encode(user, "")));
            }
            entry.set("identitytoken", Member::Text(token.clone()));
        }
    }
    entry
}
