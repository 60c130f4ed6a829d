//! Which database the catalogue lives in.

use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use portolan_catalog::{DatabaseLocation, ServerConnections, ServerUrl, ServerUrlError};
use portolan_transport::{Secret, SecretError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The database of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "DatabaseForm", into = "DatabaseForm")]
pub enum Database {
    /// An SQLite file in the data folder.
    #[default]
    Sqlite,
    /// An SQLite file elsewhere.
    SqliteAt(PathBuf),
    /// A database of a server.
    ServerAt(ServerUrl),
    /// The same, with more to say of it.
    Server(DatabaseServer),
}

/// A database of a PostgreSQL, MySQL or MariaDB server, which several processes may share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseServer {
    /// URL of the database, with user and password: `postgres://USER:PASSWORD@HOST/DATABASE` or `mysql://…`.
    pub url: Secret,
    /// Connections that write, for each process.
    #[serde(default = "writers")]
    #[schemars(range(min = 1))]
    pub writers: NonZeroU32,
    /// Connections that read, for each process.
    #[serde(default = "readers")]
    #[schemars(range(min = 1))]
    pub readers: NonZeroU32,
}

/// As it is written down.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum DatabaseForm {
    /// One that needs no more than its name.
    Text(String),
    /// A server with more to say of it.
    Server(DatabaseServer),
}

/// Why a database cannot be used. Never repeats what was said of it, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// It is none.
    #[error("this is no database (expected `sqlite`, `sqlite:PATH`, `postgres://…` or `mysql://…`)")]
    Unknown,
    /// The URL of a server is wrong.
    #[error(transparent)]
    Url(#[from] ServerUrlError),
    /// The URL is a secret that cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl Database {
    /// Where the database is, with `data` as the data folder.
    ///
    /// # Errors
    /// [`DatabaseError`] if its URL is a secret that cannot be read, or turns out to be wrong.
    pub fn location(&self, data: &Path) -> Result<DatabaseLocation, DatabaseError> {
        Ok(match self {
            Self::Sqlite => DatabaseLocation::SqliteFile(data.join("catalog.sqlite")),
            Self::SqliteAt(path) => DatabaseLocation::SqliteFile(path.clone()),
            Self::ServerAt(url) => DatabaseLocation::server(url.clone(), ServerConnections::default()),
            Self::Server(DatabaseServer { url, writers, readers }) => {
                let connections = ServerConnections { writers: *writers, readers: *readers };
                DatabaseLocation::server(url.resolve()?.parse()?, connections)
            }
        })
    }
}

impl FromStr for Database {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        match text.split_once(':').unwrap_or((text, "")) {
            ("sqlite", "") if text == "sqlite" => Ok(Self::Sqlite),
            ("sqlite", path) if !path.is_empty() => Ok(Self::SqliteAt(PathBuf::from(path))),
            ("postgres" | "postgresql" | "mysql" | "mariadb", _) => Ok(Self::ServerAt(text.parse()?)),
            _ => Err(DatabaseError::Unknown),
        }
    }
}

impl TryFrom<DatabaseForm> for Database {
    type Error = DatabaseError;

    fn try_from(form: DatabaseForm) -> Result<Self, DatabaseError> {
        match form {
            DatabaseForm::Text(text) => text.parse(),
            DatabaseForm::Server(server) => {
                // What is elsewhere is looked at when it is used.
                if let Secret::Plain(url) = &server.url {
                    let _: ServerUrl = url.parse()?;
                }
                Ok(Self::Server(server))
            }
        }
    }
}

impl From<Database> for DatabaseForm {
    fn from(database: Database) -> Self {
        match database {
            Database::Server(server) => Self::Server(server),
            other => Self::Text(other.to_string()),
        }
    }
}

/// Without the secrets of a URL.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite => f.write_str("sqlite"),
            Self::SqliteAt(path) => write!(f, "sqlite:{}", path.display()),
            Self::ServerAt(url) => f.write_str(&url.blanked()),
            Self::Server(DatabaseServer { url, .. }) => write!(f, "{url:?}"),
        }
    }
}

fn writers() -> NonZeroU32 {
    ServerConnections::default().writers
}

fn readers() -> NonZeroU32 {
    ServerConnections::default().readers
}
