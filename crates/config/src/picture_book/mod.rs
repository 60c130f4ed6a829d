//! Picture-Book's `config.yaml`, as its users have it.
//!
//! `find` looks where Picture-Book looked, `read` makes sense of the file with places for all that is wrong,
//! `mirror` says what a registry of it is here, and `import` writes the `portolan.yaml` that does the same.
//!
//! Not here: running it, which is `portolan_server::picture_book`.

mod find;
mod import;
mod mirror;
mod read;

use std::path::PathBuf;

use portolan_oci::Registry;
use portolan_transport::RegistrySettings;

pub use find::find;
pub use mirror::BookError;
pub use read::read;

/// What a `config.yaml` of Picture-Book says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureBook {
    /// The file.
    pub file: PathBuf,
    /// The registries that are filled, in the order of the file.
    pub registries: Vec<BookRegistry>,
    /// What is shown of the work.
    pub display: BookDisplay,
    /// The HTTP API.
    pub api: BookApi,
    /// What was found in the file and has no meaning.
    pub warnings: Vec<String>,
}

/// A registry that is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookRegistry {
    /// `hostname`.
    pub hostname: Registry,
    /// `repository`: what is put between the host and an image's name; it may be empty.
    pub repository: String,
    /// `pullAuthConfig`.
    pub pull: Option<BookLogin>,
    /// `pushAuthConfig`.
    pub push: Option<BookLogin>,
    /// `pullHosts`, which Picture-Book did not have: the registries that get `pullAuthConfig`.
    pub pull_hosts: Vec<Registry>,
    /// `syncPeriod`, as it is written.
    pub period: String,
    /// `syncerScript`.
    pub script: String,
    /// `syncerScriptArgs`.
    pub arguments: String,
    /// `deleteLocalImages`: there is no second copy here to be deleted.
    pub deletes_local_images: bool,
    /// `registryProvider`, which never had a meaning.
    pub provider: String,
}

/// A user and a password.
#[derive(Clone, PartialEq, Eq)]
pub struct BookLogin {
    /// The user.
    pub user: String,
    /// The password: all behind the first colon.
    pub password: String,
}

impl std::fmt::Debug for BookLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BookLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

/// `display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookDisplay {
    /// One line a registry.
    Spinner,
    /// A line for whatever happens to a layer.
    Detailed,
}

/// `api`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BookApi {
    /// Whether there is one.
    pub enabled: bool,
    /// Where it listens.
    pub port: Option<u16>,
    /// What must be shown in `Authorization`, if anything.
    pub token: Option<String>,
}

impl std::fmt::Debug for BookApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let asks = self.token.is_some();
        f.debug_struct("BookApi")
            .field("enabled", &self.enabled)
            .field("port", &self.port)
            .field("asks", &asks)
            .finish()
    }
}

impl BookApi {
    /// The port if none is given, as in all samples of Picture-Book.
    pub const PORT: u16 = 8001;

    /// Tokens of samples, which everybody knows.
    const KNOWN: &[&str] = &["this-is-a-token", ""];

    /// Whether only those get in who know a secret.
    pub fn is_closed(&self) -> bool {
        self.token.as_deref().is_some_and(|token| !Self::KNOWN.contains(&token))
    }
}

/// Who logs in where for a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookLogins {
    /// The logins.
    pub registries: Vec<RegistrySettings>,
    /// Registries that images come from and that do not get `pullAuthConfig`, as nobody said that it is for them.
    pub without: Vec<Registry>,
}
